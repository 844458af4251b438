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

export interface LanguageClientParts {
  /** Absolute path of the bundled server. */
  serverFile: string;
  output: LogOutputChannel;
  /** Asked at each start of the server; '' for none. */
  token: () => string;
  /** Settings have changed. Answers true when it restarted the server, which then reads them anyway. */
  settingsChanged: () => Promise<boolean>;
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
        const answer: unknown = await next(command, isAlertNode(args[0]) ? [args[0].id] : args);
        const text = command === 'prodlens.copyForAgent' && (answer as { text: string } | null)?.text;
        if (text) await env.clipboard.writeText(text);
        return answer;
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
