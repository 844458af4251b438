// Starts the language server with the editor's own Node and speaks LSP to it over stdio. What goes wrong with the
// server is written to the output channel and told to the caller; no message pops up.

// biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
import { env, type LogOutputChannel } from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  TransportKind,
} from 'vscode-languageclient/node';
import type { AlertNode } from './alert-tree.js';

const LANGUAGES = ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'];
/** The server's commands that the panel takes over, and the part of it that they are about. */
const PANEL_COMMANDS = new Map<string, 'forensics' | null>([
  ['prodlens.showStory', null],
  ['prodlens.showForensics', 'forensics'],
]);

export interface LanguageClientParts {
  /** Absolute path of the bundled server. */
  serverFile: string;
  output: LogOutputChannel;
  /** Asked at each start of the server; '' for none. */
  token: () => string;
  /** Settings have changed. Answers true when it restarted the server, which then reads them anyway. */
  settingsChanged: () => Promise<boolean>;
  /** In the panel, by the id of a function or of an alert about one. */
  showFunction: (id: string, focus: 'forensics' | null) => Promise<void>;
  /** A lens with a number has been given to the editor. */
  sawNumber: () => void;
  /** The server ended and is not started again. */
  stopped: (reason: string) => void;
}

/** A client that is not started yet. */
export function createLanguageClient(parts: LanguageClientParts): LanguageClient {
  const server = { module: parts.serverFile, transport: TransportKind.stdio };
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.map((language) => ({ scheme: 'file', language })),
    outputChannel: parts.output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: () => ({
      statusNotifications: true,
      alertNotifications: true,
      markdownImages: true,
      clipboard: true,
      ...(parts.token() === '' ? {} : { token: parts.token() }),
    }),
    initializationFailedHandler: () => false,
    middleware: {
      async executeCommand(command, args, next) {
        const id: unknown = isAlertNode(args[0]) ? args[0].id : args[0];
        const focus = PANEL_COMMANDS.get(command);
        if (focus !== undefined && typeof id === 'string') return parts.showFunction(id, focus);
        const answer: unknown = await next(command, isAlertNode(args[0]) ? [id] : args);
        const text = command === 'prodlens.copyForAgent' && (answer as { text: string } | null)?.text;
        if (text) await env.clipboard.writeText(text);
        return answer;
      },
      async provideCodeLenses(document, token, next) {
        const lenses = await next(document, token);
        // A lens that says why there is no number is about no function.
        if (lenses?.some(({ command }) => typeof command?.arguments?.[0] === 'string')) parts.sawNumber();
        return lenses;
      },
      workspace: {
        didChangeConfiguration: async (sections, next) => {
          if (!(await parts.settingsChanged())) await next(sections);
        },
      },
    },
  };
  const client = new QuietLanguageClient('prodlens', 'Prodlens', server, options);
  // The standard handler: starts the server again, at most 4 times in 3 minutes, then gives up with a message.
  const standard = client.createDefaultErrorHandler();
  client.clientOptions.errorHandler = {
    error: (...details) => standard.error(...details),
    closed: async () => {
      const result = await standard.closed();
      if (result.message !== undefined) parts.stopped(result.message);
      return result;
    },
  };
  return client;
}

/** What a menu of the alerts view hands to a command in place of the alert's id. */
function isAlertNode(value: unknown): value is AlertNode {
  return typeof value === 'object' && value !== null && 'alert' in value && 'id' in value;
}

/** Writes to the output channel alone what the client would also show as a notification. */
class QuietLanguageClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}
