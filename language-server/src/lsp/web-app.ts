// Addresses of the web app's pages, as links in Markdown and for a browser.

export interface WebApp {
  home(): string;
  functionUrl(functionId: string): string;
  alertUrl(alertId: string): string;
  forensicsUrl(functionId: string): string;
  /** What was captured when something went wrong. */
  snapshotUrl(snapshotId: string): string;
  compareUrl(service: string, from: string, to: string): string;
  /** What a kind of alert means. */
  explanationUrl(kind: string): string;
}

/** `url` is the collector's, without "/" at its end. */
export function webApp(url: string): WebApp {
  return {
    home: () => `${url}/`,
    functionUrl: (id) => `${url}/#/functions/${encoded(id)}`,
    alertUrl: (id) => `${url}/#/alerts/${encoded(id)}`,
    forensicsUrl: (id) => `${url}/#/forensics?function=${encoded(id)}`,
    snapshotUrl: (id) => `${url}/#/forensics/${encoded(id)}`,
    compareUrl: (service, from, to) =>
      `${url}/#/compare?service=${encoded(service)}&from=${encoded(from)}&to=${encoded(to)}`,
    explanationUrl: (kind) => `${url}/alerts-explained.html#${kind}`,
  };
}

/** Also without parentheses, which would end a link in Markdown. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[()]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
