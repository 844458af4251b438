// Links into the editor, `vscode://prodlens.prodlens/open?alert=ID` and `…?function=ID`: which command each runs. An id
// is handed on as it is; the language server knows which there are.

/** undefined for what is no such link. `query` without "?". */
export function commandOfLink(path: string, query: string): { command: string; id: string } | undefined {
  const params = new URLSearchParams(query);
  const [alert, ofFunction] = [params.get('alert'), params.get('function')];
  if (path !== '/open') return undefined;
  if (alert) return { command: 'prodlens.openAlert', id: alert };
  return ofFunction ? { command: 'prodlens.showFunction', id: ofFunction } : undefined;
}
