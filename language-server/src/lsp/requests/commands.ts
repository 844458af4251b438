// The commands that a client can run. Each does its work through the client; one that cannot do it says so in the log.
// What a person asked for and the collector refuses is the one thing that is shown as a message.

import type { Alert } from '@prodlens/protocol';
import {
  type Connection,
  MessageType,
  type ShowDocumentParams,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import type { CollectorApi } from '../../collector-api.js';
import type { WebApp } from '../web-app.js';
import type { DeployedLine, Destination } from './jump.js';

const SHOW_FUNCTION = 'prodlens.showFunction';
const SHOW_LINE = 'prodlens.showLine';
export const SHOW_STORY = 'prodlens.showStory';
const OPEN_ALERT = 'prodlens.openAlert';
export const SHOW_FORENSICS = 'prodlens.showForensics';
export const OPEN_IN_WEB_APP = 'prodlens.openInWebApp';
export const COPY_FOR_AGENT = 'prodlens.copyForAgent';
export const MUTE_ALERT = 'prodlens.muteAlert';
const UNMUTE_ALERT = 'prodlens.unmuteAlert';
export const MARK_EXPECTED = 'prodlens.markExpected';
export const COMPARE_VERSIONS = 'prodlens.compareVersions';
const REFRESH = 'prodlens.refresh';

/** What the commands need of the server. */
export interface CommandContext {
  connection: Connection;
  showsDocuments: boolean;
  /** Copies the text that a command answers with. */
  copies: boolean;
  webApp: WebApp;
  api: CollectorApi;
  /** Those that are not closed. */
  alerts: Alert[];
  /** Where a deployed function now is; null where no file has it. */
  destination(wanted: Destination): Promise<ShowDocumentParams | null>;
  /** Where a deployed line now is; null where no file of the workspace has it. */
  line(wanted: DeployedLine): Promise<ShowDocumentParams | null>;
  /** Of a function that is known; null for others. */
  placeOf(functionId: string): Promise<Destination | null>;
  /** Markdown about a function; null for what is not known. */
  story(functionId: string, uri: string | null): string | null;
  /** URI of a file with this text, for the client to show. */
  storyFile(name: string, markdown: string): Promise<string>;
  refresh(): Promise<void>;
}

type Run = (args: unknown[], context: CommandContext) => Promise<unknown>;

/** Each takes the arguments that a lens, a quick fix or a link carries: first the id of a function or an alert. */
const RUN: Record<string, Run> = {
  [REFRESH]: (_, context) => context.refresh(),
  [SHOW_FUNCTION]: showFunction,
  [SHOW_LINE]: showLine,
  [SHOW_STORY]: showStory,
  [OPEN_ALERT]: openAlert,
  [SHOW_FORENSICS]: ([id], context) => browse(context.webApp.forensicsUrl(functionOf(id, context)), context),
  [OPEN_IN_WEB_APP]: ([id], { webApp, ...context }) =>
    browse(typeof id !== 'string' ? webApp.home() : pageOf(id, { webApp, ...context }), { webApp, ...context }),
  [COPY_FOR_AGENT]: copyForAgent,
  [MUTE_ALERT]: ([id], context) => silence(id, 'mute', context),
  [UNMUTE_ALERT]: ([id], context) => silence(id, 'unmute', context),
  [MARK_EXPECTED]: ([id], context) => silence(id, 'expected', context),
  [COMPARE_VERSIONS]: compareVersions,
};

export const COMMANDS = Object.keys(RUN);

/** Some clients never answer a request to show something. */
const SHOW_TIMEOUT_MS = 5_000;
const MUTE_MS = 7 * 86_400_000;
/** What is sent, by the act's name in the API. */
const SILENCES = {
  mute: () => ({ untilUnixMs: Date.now() + MUTE_MS, reason: 'Muted in the editor' }),
  unmute: () => ({}),
  expected: () => ({ reason: 'Marked as expected in the editor' }),
};

/** Resolves with the command's answer, or null. An unknown command is logged. */
export async function runCommand(command: string, args: unknown[], context: CommandContext): Promise<unknown> {
  const run = RUN[command];
  if (!run) {
    context.connection.console.log(`There is no command ${command}.`);
    return null;
  }
  return (await run(args, context)) ?? null;
}

/** Arguments: [functionId], and [functionId or null, uri, 0-based line] where the function may be in no file. */
async function showFunction([id, uri, line]: unknown[], context: CommandContext): Promise<void> {
  const place = typeof id === 'string' ? await context.placeOf(id) : null;
  const there = place && (await context.destination(place));
  if (there) return show(there, context);
  if (typeof uri !== 'string') {
    if (typeof id === 'string') return say(`No file of the workspace has the function ${id}.`, context);
    context.connection.console.log(`${SHOW_FUNCTION} needs [functionId, uri, line].`);
    return;
  }
  const start = { line: typeof line === 'number' ? line : 0, character: 0 };
  await show({ uri, takeFocus: true, selection: { start, end: start } }, context);
}

/** Arguments: [service, file, 1-based line], as deployed. */
async function showLine([service, file, line]: unknown[], context: CommandContext): Promise<void> {
  if (typeof service !== 'string' || typeof file !== 'string' || typeof line !== 'number') return;
  const there = await context.line({ service, file, line });
  if (there) return show(there, context);
  say(`No file of the workspace is ${file} of ${service}.`, context);
}

/** Arguments as a lens carries them: [functionId or null, uri, 0-based line]. */
async function showStory([id, uri, line]: unknown[], context: CommandContext): Promise<void> {
  const markdown = typeof id === 'string' ? context.story(id, typeof uri === 'string' ? uri : null) : null;
  if (markdown === null) return showFunction([id, uri, line], context);
  await showText('function', markdown, context);
}

/** Arguments: [alertId]. To the line that is at fault, else the function; what is about no function is in the web app. */
async function openAlert([id]: unknown[], context: CommandContext): Promise<void> {
  const alert = await alertOf(id, context);
  if (!alert) return say(`There is no alert ${String(id)}.`, context);
  const { place, cause, service } = alert;
  if (place?.type !== 'function') return browse(context.webApp.alertUrl(alert.id), context);
  const offendingLine = cause?.type === 'throwing-line' && cause.file === place.file ? cause.line : null;
  const there = await context.destination({ ...place, service, offendingLine });
  if (there) return show(there, context);
  say(`No file of the workspace has ${place.name} of ${service} (${place.file}:${place.line}).`, context);
}

/** Arguments: [functionId or alertId, uri]. Answers with the text for clients that copy; others are shown it. */
async function copyForAgent([id, uri]: unknown[], context: CommandContext): Promise<unknown> {
  if (typeof id !== 'string') return null;
  const alert = context.alerts.find((one) => one.id === id);
  const functionId = functionOf(id, context);
  const story = context.story(functionId, typeof uri === 'string' ? uri : null);
  const facts = alert ? `\n\n\`\`\`json\n${JSON.stringify({ ...alert, history: undefined }, null, 2)}\n\`\`\`` : '';
  const task = alert ? `Production says: ${alert.title}. Find the cause in the code and propose a fix.\n\n` : '';
  const text = `${task}${story ?? ''}${facts}\n`;
  if (!context.copies) await showText('for-agent', text, context);
  return { text };
}

async function silence(id: unknown, what: keyof typeof SILENCES, context: CommandContext): Promise<void> {
  if (typeof id !== 'string') return;
  const body = SILENCES[what]();
  try {
    await context.api.send('POST', `/api/v1/alerts/${encodeURIComponent(id)}/${what}`, body);
  } catch (error) {
    say((error as Error).message, context);
  }
}

/** Arguments: [alertId]. */
async function compareVersions([id]: unknown[], context: CommandContext): Promise<void> {
  const alert = await alertOf(id, context);
  const { deployment, service } = alert ?? {};
  if (!deployment || !service) return;
  await browse(context.webApp.compareUrl(service, deployment.previousVersion, deployment.version), context);
}

async function alertOf(id: unknown, { alerts, api }: CommandContext): Promise<Alert | null> {
  if (typeof id !== 'string') return null;
  const known = alerts.find((alert) => alert.id === id);
  if (known) return known;
  const answered = await api.get<{ alert: Alert }>(`/api/v1/alerts/${encodeURIComponent(id)}`).catch(() => null);
  return answered?.alert ?? null;
}

/** The function's id, where the id may be that of an alert. */
function functionOf(id: unknown, { alerts }: CommandContext): string {
  const place = alerts.find((alert) => alert.id === id)?.place;
  return place?.type === 'function' ? place.functionId : String(id);
}

function pageOf(id: string, { alerts, webApp }: CommandContext): string {
  return alerts.some((alert) => alert.id === id) ? webApp.alertUrl(id) : webApp.functionUrl(id);
}

async function browse(uri: string, context: CommandContext): Promise<void> {
  // A selection means nothing here, but there are clients that fail without one.
  const start = { line: 0, character: 0 };
  await show({ uri, external: true, selection: { start, end: start } }, context);
}

/** Where the client opens no file, the text itself is the message: a person asked for it. */
async function showText(name: string, markdown: string, context: CommandContext): Promise<void> {
  if (!context.showsDocuments) return say(markdown, context);
  const uri = await context.storyFile(name, markdown);
  const start = { line: 0, character: 0 };
  await show({ uri, takeFocus: true, selection: { start, end: start } }, context);
}

async function show(params: ShowDocumentParams, context: CommandContext): Promise<void> {
  if (!context.showsDocuments) {
    const line = params.external ? '' : `:${(params.selection?.start.line ?? 0) + 1}`;
    return say(`${params.uri}${line}`, context);
  }
  const shown = await within(SHOW_TIMEOUT_MS, context.connection.window.showDocument(params));
  if (!shown?.success) context.connection.console.log(`The editor did not show ${params.uri}.`);
}

function say(message: string, { connection }: CommandContext): void {
  void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message });
}

/** The promise's value, or null when it takes longer. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
