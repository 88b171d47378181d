'use strict';
// The preview's page: shows one view at a time, and asks once a second whether there is another.
const chosen = { tab: 'mail', scheme: 'light', images: 'on', language: '', reader: '' };
const at = id => document.getElementById(id);
const made = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name || '' });
let version = '';

const query = more => '?' + new URLSearchParams({ as: chosen.reader, language: chosen.language, ...more });

function frames() {
  const address = 'mail' + query({ scheme: chosen.scheme, images: chosen.images, version });
  for (const id of ['phone', 'desktop']) at(id).src = address;
}

function trouble(words) {
  at('trouble').textContent = words;
  at('trouble').hidden = !words;
}

function problem(found) {
  const item = made('li', '', found.severity);
  const line = made('p', '');
  line.append(made('span', found.severity === 'error' ? 'Error' : 'Warning', 'mark'), ' in ' + found.place + ': ' + found.problem);
  item.append(line, made('p', found.remedy, 'remedy'));
  return item;
}

function preflight(problems) {
  const errors = problems.filter(found => found.severity === 'error').length;
  const counted = (number, word) => number + ' ' + word + (number === 1 ? '' : 's');
  at('sum').textContent = problems.length ? counted(errors, 'error') + ', ' + counted(problems.length - errors, 'warning') : '';
  at('problems').replaceChildren(...(problems.length ? problems.map(problem) : [made('li', 'Nothing is wrong with it.', 'fine')]));
}

function row([name, value]) {
  const line = made('tr', '');
  const head = made('th', name);
  head.scope = 'row';
  line.append(head, made('td', value));
  return line;
}

function choose(list, values, value) {
  list.replaceChildren(...values.map(one => Object.assign(made('option', one), { value: one, selected: one === value })));
}

async function show() {
  const answer = await fetch('view' + query({}));
  const view = await answer.json();
  version = view.version;
  trouble(view.trouble);
  if (!view.raw) return;
  at('subject').textContent = view.subject;
  at('preheader').textContent = view.preheader;
  at('watched').textContent = view.watched ? ', shown anew when ' + view.watched + ' is saved' : '';
  at('plain').textContent = view.text;
  at('raw').textContent = view.raw;
  at('rows').replaceChildren(...view.headers.map(row));
  choose(at('language'), view.languages, view.language);
  at('tongues').hidden = view.languages.length < 2;
  choose(at('people'), view.people, '');
  preflight(view.problems);
  frames();
}

function press(button) {
  const group = button.parentElement;
  for (const other of group.children) other.setAttribute('aria-pressed', other === button);
  chosen[group.id] = button.value;
  if (group.id === 'tab') for (const name of ['mail', 'text', 'headers', 'source']) at(name).hidden = name !== button.value;
  else frames();
}

async function again() {
  try {
    const answer = await fetch('version');
    const now = await answer.text();
    if (now !== version) await show();
    document.body.dataset.version = version;
  } catch {
    trouble('The preview has stopped: start fob-mail preview again.');
  }
  setTimeout(again, 1000);
}

for (const button of document.querySelectorAll('.choices button')) button.addEventListener('click', () => press(button));
at('language').addEventListener('change', event => { chosen.language = event.target.value; show(); });
at('reader').addEventListener('change', event => { chosen.reader = event.target.value.trim(); show(); });
chosen.reader = at('reader').value.trim();
again();
