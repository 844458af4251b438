/** Whether functions are looked for in a file of this name: JavaScript and TypeScript, in all their extensions. */
export function isSourceFile(path: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path);
}
