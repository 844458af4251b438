// markdown-it renders the read-me files of the installed packages, again and again, as a site generator does.

const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { measured } = require('./measured.cjs');

const PASSES = 4;

const packages = join(__dirname, 'node_modules');
const texts = readdirSync(packages)
  .map((name) => join(packages, name, 'README.md'))
  .filter(existsSync)
  .map((path) => readFileSync(path, 'utf8'));

measured(
  () => require('markdown-it'),
  (markdownIt) => {
    const renderer = markdownIt({ html: true, linkify: true, typographer: true });
    let length = 0;
    for (let pass = 0; pass < PASSES; pass++) for (const text of texts) length += renderer.render(text).length;
    if (length < PASSES * 100_000) throw new Error(`only ${length} characters`);
  },
);
