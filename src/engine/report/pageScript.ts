/**
 * What the page does beyond showing its tables: one layer at a time, sorting, filtering, and a neuron's detail when its row
 * is opened. Without scripts the tables stand below one another. Everything from files enters as text, never as HTML.
 */
export const pageScript = `
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const root = document.documentElement;
const sections = [...document.querySelectorAll('section')];
const links = [...document.querySelectorAll('nav a')];
const find = document.getElementById('find');
const show = document.getElementById('show');
const by = document.getElementById('sort');
const layers = sections.map((section, index) => {
  const rows = [...section.querySelectorAll('.row')];
  return { section, rows, table: rows[0]?.parentElement, data: data.layers[index], words: null, order: 'unit:ascending' };
});
let current = -1;
root.classList.add('js');

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  node.append(...children);
  return node;
}
const number = (value) => String(Number(value.toPrecision(3)));

function select(index) {
  if (index === current) return;
  current = index;
  sections.forEach((section, i) => section.classList.toggle('current', i === index));
  links.forEach((link, i) => i === index ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current'));
  links[index].scrollIntoView({ block: 'nearest', inline: 'nearest' });
  sort();
  filter();
}

function filter() {
  const layer = layers[current];
  const wanted = find.value.trim().toLowerCase().split(/\\s+/).filter(Boolean);
  const worth = show.value;
  layer.words ??= layer.rows.map((row) => ('#' + row.querySelector('.unit').textContent + ' ' + row.querySelector('.label').textContent).toLowerCase());
  let shown = 0;
  layer.rows.forEach((row, i) => {
    const fits = (!worth || row.classList.contains(worth)) && wanted.every((word) => layer.words[i].includes(word));
    if (row.hidden === fits) row.hidden = !fits;
    if (fits) shown++;
  });
  document.getElementById('count').textContent = shown + ' of ' + layer.rows.length;
  layer.section.querySelector('.none').hidden = shown > 0;
}

const keys = {
  unit: (d, i) => i,
  iou: (d) => d.n[0], lift: (d) => d.n[0] - d.n[1], fires: (d) => d.n[2],
};
let order = 'unit:ascending';
function sort() {
  const layer = layers[current];
  by.value = order;
  if (layer.order === order) return;
  layer.order = order;
  const [key, direction] = order.split(':');
  for (const button of layer.section.querySelectorAll('.head button')) {
    if (button.dataset.key.split(':')[0] === key) button.parentElement.setAttribute('aria-sort', direction);
    else button.parentElement.removeAttribute('aria-sort');
  }
  const indices = layer.rows.map((_, i) => i);
  const sign = direction === 'descending' ? -1 : 1;
  if (key === 'label') {
    const collator = new Intl.Collator('en', { numeric: true });
    const label = layer.rows.map((row) => row.querySelector('.t') ? row.querySelector('.label').textContent : '');
    // Neurons without a label come last either way.
    indices.sort((a, b) => (!label[a] - !label[b]) || sign * collator.compare(label[a], label[b]) || a - b);
  } else {
    const value = layer.data.units.map(keys[key]);
    indices.sort((a, b) => sign * (value[a] - value[b]) || a - b);
  }
  layer.table?.append(...indices.map((i) => layer.rows[i]));
}

function details(layer, index) {
  const d = layer.data.units[index];
  const row = layer.rows[index];
  const box = element('div', { class: 'detail', role: 'cell' });
  const histogram = row.querySelector('.hist svg');
  if (histogram && d.r) {
    const plot = element('div', { class: 'plot' });
    plot.append(histogram.cloneNode(true));
    const [low, high] = d.r;
    if (d.t !== null && d.t >= low && d.t < high) {
      const at = 100 * (d.t - low) / (high - low);
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', '0 0 100 1'); svg.setAttribute('preserveAspectRatio', 'none'); svg.setAttribute('class', 'line');
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
      for (const [k, v] of [['x1', at], ['x2', at], ['y1', 0], ['y2', 1]]) line.setAttribute(k, v);
      svg.append(line);
      const above = element('span', { class: 'above' }, 'fires above ' + number(d.t));
      if (at > 50) { above.style.right = 'calc(' + (100 - at) + '% + 5px)'; } else { above.style.left = 'calc(' + at + '% + 5px)'; }
      plot.append(svg, above);
    }
    box.append(element('div', { class: 'chart' }, element('h3', {}, 'Activations'), plot,
      element('div', { class: 'axis' }, element('span', {}, number(low)), element('span', {}, number(high)))));
  }
  const facts = element('dl', {});
  const fact = (name, text) => facts.append(element('dt', {}, name), element('dd', {}, text));
  if (!row.classList.contains('silent') && !row.classList.contains('other')) {
    fact('IoU', d.n[0].toFixed(3) + (d.o ? ', ' + d.o : '')); fact('by chance', d.n[1].toFixed(3));
    if (d.p) fact('p-value', String(d.p));
    fact('precision', d.n[3].toFixed(3)); fact('recall', d.n[4].toFixed(3));
  }
  fact('fires at', row.querySelector('.fires').textContent);
  if (d.t !== null) fact('threshold', number(d.t));
  box.append(element('div', {}, element('h3', {}, 'Neuron ' + row.querySelector('.unit').textContent), facts));
  const others = [...(d.s ? [['best single: ' + d.s[0], d.s[1]]] : []), ...d.a];
  if (others.length) {
    const body = element('tbody', {}, ...others.map(([label, iou]) =>
      element('tr', {}, element('td', { class: 'name' }, label), element('td', {}, iou.toFixed(3)))));
    box.append(element('div', {}, element('h3', {}, 'Runners-up'), element('table', {}, body)));
  }
  if (d.x.length && !row.querySelector('.top svg')) box.append(element('div', { class: 'scroll' }, element('h3', {}, 'Strongest inputs'), strongest(d)));
  return box;
}

function strongest(d) {
  const columns = data.columns.length && d.x.some(([sample]) => data.samples[sample]?.values) ? data.columns : [];
  const head = element('tr', {}, ...['input', 'activation', ...columns].map((name) => element('th', { scope: 'col' }, name)));
  const body = d.x.map(([sample, value]) => {
    const known = data.samples[sample];
    const name = known ? known.name + (known.labels.length ? ' · ' + known.labels.join(', ') : '') : 'sample ' + sample;
    return element('tr', {}, element('td', { class: 'name' }, name), element('td', {}, number(value)),
      ...columns.map((_, i) => element('td', {}, known?.values ? number(known.values[i]) : '')));
  });
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
}

function toggle(row, open) {
  const layer = layers[current];
  if (open === row.classList.contains('open')) return;
  row.classList.toggle('open', open);
  row.querySelector('.unit a').setAttribute('aria-expanded', open);
  const index = layer.rows.indexOf(row);
  if (open) row.append(details(layer, index)); else row.querySelector('.detail').remove();
  captions(row, open ? layer.data.units[index].x : null);
}

/** Under each picture what it is of and the activation; closed rows have no room for it. */
function captions(row, inputs) {
  row.querySelectorAll('.top svg').forEach((picture) => {
    if (!inputs) return picture.parentElement.replaceWith(picture);
    const figure = element('figure', {});
    const [sample, value] = inputs.find(([sample]) => picture.classList.contains('s' + sample));
    const known = data.samples[sample];
    picture.replaceWith(figure);
    figure.append(picture, element('figcaption', {}, known.labels.join(', ') || known.name, element('br', {}), number(value)));
  });
}

for (const layer of layers) {
  for (const button of layer.section.querySelectorAll('.head button')) {
    button.addEventListener('click', () => {
      const [key] = button.dataset.key.split(':');
      const before = button.parentElement.getAttribute('aria-sort');
      order = before ? key + ':' + (before === 'ascending' ? 'descending' : 'ascending') : button.dataset.key;
      sort();
    });
  }
  layer.section.addEventListener('click', (event) => {
    const row = event.target.closest('.row');
    if (!row || event.target.closest('.detail') || String(getSelection())) return;
    event.preventDefault();
    const open = !row.classList.contains('open');
    toggle(row, open);
    if (open) history.replaceState(null, '', '#' + row.id);
  });
}
find.addEventListener('input', filter);
show.addEventListener('change', filter);
by.addEventListener('change', () => { order = by.value; sort(); });
links.forEach((link, i) => link.addEventListener('click', (event) => {
  event.preventDefault();
  history.replaceState(null, '', link.hash);
  select(i);
}));
addEventListener('hashchange', follow);
function follow() {
  const [, layer, unit] = /^#l(\\d+)(u\\d+)?$/.exec(location.hash) ?? [];
  const index = Number(layer ?? 0);
  if (!layers[index]) return;
  select(index);
  const row = unit && document.getElementById('l' + layer + unit);
  if (row) { toggle(row, true); row.scrollIntoView({ block: 'center' }); }
}
if (layers.length) follow();
`;
