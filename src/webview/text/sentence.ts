/** What the host says after a colon, where it stands by itself: with a capital letter, unless it begins with a command. */
export const sentence = (text: string): string =>
  /^(onnxplain|pip|npm|git) /.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
