/** Whether functions are looked for in a file of this name: JavaScript and TypeScript, in all their extensions, Vue, Svelte. */
export function isSourceFile(path: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/.test(path);
}

const MAXIMUM_CHARACTERS = 1_000_000;
const MAXIMUM_CHARACTERS_A_LINE = 5_000;

/** Whether the text can be one that people edit: at most 1 MB, and lines of at most 5,000 characters on average. */
export function isReadable(text: string): boolean {
  if (text.length > MAXIMUM_CHARACTERS) return false;
  let lines = 1;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines++;
  return text.length / lines <= MAXIMUM_CHARACTERS_A_LINE;
}
