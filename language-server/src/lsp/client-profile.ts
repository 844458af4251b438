// What this server needs to know about its client, from `initialize`: what it can do and what it asked for. Nothing is
// sent to a client that did not say that it takes it.

import { fileURLToPath } from 'node:url';
import type { InitializeParams } from 'vscode-languageserver/node';

export interface ClientProfile {
  /** Answers workspace/configuration. */
  hasConfiguration: boolean;
  /** Sends didChangeConfiguration to those who register for it. */
  registersConfiguration: boolean;
  hasWorkspaceFolders: boolean;
  refreshesLenses: boolean;
  showsDocuments: boolean;
  /** Take an address with a diagnostic's code, and places that belong to a diagnostic. */
  takesCodeDescription: boolean;
  takesRelated: boolean;
  /** Asked for prodlens/statusChanged, for prodlens/alertsChanged. */
  wantsStatus: boolean;
  wantsAlerts: boolean;
  /** Said that it shows pictures in Markdown, that it copies what prodlens.copyForAgent answers with. */
  showsImages: boolean;
  copies: boolean;
  /** Where last known numbers are kept; null for the usual place. */
  cacheFolder: string | null;
  /** Paths. */
  workspaceFolders: string[];
  /**
   * As initializationOptions has them: values for the settings, weaker than those in `settings`. A token without an
   * address is for the one in use: the client chose it by that.
   */
  address: { url: unknown; token: unknown };
  settings: unknown;
}

/** What a client does not say it can do, it cannot. */
export function clientProfile(params: InitializeParams): ClientProfile {
  const { workspace, window, textDocument } = params.capabilities;
  const options = (params.initializationOptions ?? {}) as Record<string, unknown>;
  const folders = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
  return {
    hasConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    hasWorkspaceFolders: workspace?.workspaceFolders === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    showsDocuments: window?.showDocument?.support === true,
    takesCodeDescription: textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
    takesRelated: textDocument?.publishDiagnostics?.relatedInformation === true,
    wantsStatus: options.statusNotifications === true,
    wantsAlerts: options.alertNotifications === true,
    showsImages: options.markdownImages === true,
    copies: options.clipboard === true,
    cacheFolder: typeof options.cacheFolder === 'string' ? options.cacheFolder : null,
    workspaceFolders: pathsOf(folders),
    address: { url: options.url, token: options.token },
    settings: options.settings,
  };
}

/** The paths of those URIs that are files. */
export function pathsOf(uris: string[]): string[] {
  return uris.map(pathOf).filter((path) => path !== null);
}

/** null for what is not a file of this machine. */
export function pathOf(uri: string): string | null {
  if (!uri.startsWith('file:')) return null;
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}
