/** Names of picture files that are read. */
export const pictureFile = /\.(jpe?g|png|webp|gif|bmp)$/i;
