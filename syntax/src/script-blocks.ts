// The scripts of Vue and Svelte files: the same text with everything but the contents of its <script> elements made
// blank, so that every offset and line in it is one of the whole file. Their templates' expressions are no functions
// that people look at, and are left out.

/** `extension` is that of the script's language: ts, tsx, js, jsx, mts … */
export function scriptOf(text: string, fileName: string): { script: string; extension: string } {
  const extension = /\.(\w+)$/.exec(fileName)?.[1] ?? '';
  if (extension !== 'vue' && extension !== 'svelte') return { script: text, extension };
  const blocks = scriptBlocks(text);
  let script = '';
  let at = 0;
  for (const { start, end } of blocks) {
    script += blank(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  const languages = blocks.map(({ language }) => language);
  // TypeScript reads what is JavaScript, so that one block in it decides for all.
  const language = ['tsx', 'ts', 'jsx'].find((one) => languages.includes(one)) ?? 'js';
  return { script: script + blank(text.slice(at)), extension: language };
}

interface ScriptBlock {
  /** Of the content. */
  start: number;
  end: number;
  /** The attribute lang, normalised; js without one. */
  language: string;
}

/** A comment, which may hold a script that is none; or a script's opening tag. */
const NEXT = /<!--[\s\S]*?(?:-->|$)|<script\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const CLOSING = /<\/script\s*>/gi;
const LANGUAGE = /\blang\s*=\s*["']?(\w+)/i;
const TYPE = /\btype\s*=\s*["']([^"']*)/i;

/** Also one that is still being typed: without its end it goes to the end of the text. */
function scriptBlocks(text: string): ScriptBlock[] {
  const blocks: ScriptBlock[] = [];
  NEXT.lastIndex = 0;
  for (let found = NEXT.exec(text); found; found = NEXT.exec(text)) {
    const attributes = found[1];
    if (attributes === undefined || attributes.endsWith('/')) continue;
    const start = found.index + found[0].length;
    CLOSING.lastIndex = start;
    const closing = CLOSING.exec(text);
    const end = closing ? closing.index : text.length;
    NEXT.lastIndex = closing ? CLOSING.lastIndex : end;
    const type = TYPE.exec(attributes)?.[1] ?? '';
    if (type !== '' && !/^(?:module|text\/(?:javascript|typescript|ts|babel))$/.test(type)) continue;
    const language =
      LANGUAGE.exec(attributes)?.[1]?.toLowerCase() ??
      (type.endsWith('ts') || type.endsWith('typescript') ? 'ts' : 'js');
    blocks.push({ start, end, language: language === 'typescript' ? 'ts' : language });
  }
  return blocks;
}

/** As long as the text, with its line ends. */
function blank(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]/g, ' ');
}
