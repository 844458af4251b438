// Sends messages: Slack, a signed webhook, mail. What is to be sent is in the book first, so that it outlives the collector;
// an attempt that fails is made again after a while, each time a longer one, and in the end the message is kept as a dead
// letter. A channel that is away holds up no other.

import { createHmac } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Logger } from 'pino';
import type { ChannelSettings } from '../alert-settings.js';
import type { AlertBook, Delivery } from '../life/alert-book.js';
import { type Message, messageText, type Style, subjectOf } from './messages.js';

const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 3_600_000;
/** Over about five hours. */
export const ATTEMPTS = 12;
const PATIENCE_MS = 20_000;
/** Of Slack's text. */
const SLACK_LENGTH = 2_900;

export interface Channels {
  /** In the book when it returns; sent by `sendDue`. */
  send(channel: string, message: Message): void;
  /** Attempts what is due; resolves when all attempts have ended. */
  sendDue(): Promise<void>;
  dead(): Delivery[];
}

/**
 * Sends what lies in the book, one attempt at a time for each channel; `now` in Unix ms. Failures are logged and tried
 * again, never thrown.
 */
export function createChannels(settings: ChannelSettings[], book: AlertBook, log: Logger, now: () => number): Channels {
  const byName = new Map(settings.map((one) => [one.name, one]));
  let running: Promise<void> | null = null;

  async function sendChannel(deliveries: Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      const settings = byName.get(delivery.channel);
      try {
        if (settings === undefined) throw new Error('there is no such channel any more');
        await attempt(settings, delivery, now());
        book.delivered(delivery.id);
      } catch (error) {
        const attempts = delivery.attempts + 1;
        const isDead = settings === undefined || attempts >= ATTEMPTS;
        const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** delivery.attempts);
        book.failed(delivery.id, (error as Error).message, now() + waitMs, isDead);
        const facts = { channel: delivery.channel, attempts, err: error };
        log.warn(
          facts,
          isDead ? 'a message could not be sent and is kept as a dead letter' : 'a message could not be sent',
        );
      }
    }
  }

  async function sendAll(): Promise<void> {
    const due = book.due(now());
    const channels = new Set(due.map(({ channel }) => channel));
    await Promise.all([...channels].map((name) => sendChannel(due.filter(({ channel }) => channel === name))));
  }

  return {
    send(channel, message) {
      book.enqueue(channel, JSON.stringify(message), now());
    },
    sendDue() {
      running ??= sendAll().finally(() => {
        running = null;
      });
      return running;
    },
    dead: () => book.dead(),
  };
}

async function attempt(channel: ChannelSettings, delivery: Delivery, nowUnixMs: number): Promise<void> {
  const message = JSON.parse(delivery.body) as Message;
  switch (channel.type) {
    case 'slack':
      return post(channel.url, slackBody(message), {});
    case 'webhook':
      return post(channel.url, delivery.body, {
        'prodlens-delivery': String(delivery.id),
        'prodlens-signature': signature(channel.secret, delivery.body, nowUnixMs),
      });
    case 'email': {
      const transport = createTransport({
        url: channel.smtp,
        connectionTimeout: PATIENCE_MS,
        socketTimeout: PATIENCE_MS,
      });
      const mail = { from: channel.from, to: channel.to, subject: subjectOf(message), text: messageText(message) };
      await transport.sendMail(mail).finally(() => transport.close());
    }
  }
}

/** "t=SECONDS,v1=HEX": HMAC-SHA256 of "SECONDS.BODY", so that a message cannot be forged nor sent again later. */
export function signature(secret: string, body: string, nowUnixMs: number): string {
  const seconds = Math.floor(nowUnixMs / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}

/** Slack makes links of addresses that it knows to be some; of an editor's only where they are written as links. */
const SLACK: Style = {
  text: (of) => of.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
  links({ vscode, jetbrains, web }) {
    const link = (address: string | null, name: string) =>
      address === null ? [] : [`<${SLACK.text(address)}|${name}>`];
    const links = [...link(vscode, 'VS Code'), ...link(jetbrains, 'JetBrains'), ...link(web, 'web app')];
    return [`Open in ${links.join(' · ')}`];
  },
};

function slackBody(message: Message): string {
  const text = messageText(message, SLACK);
  // Whole lines, so that no link is cut in two.
  const shown = text.length > SLACK_LENGTH ? `${text.slice(0, text.lastIndexOf('\n', SLACK_LENGTH))}\n…` : text;
  const header = subjectOf(message).slice(0, 150);
  return JSON.stringify({
    text: SLACK.text(subjectOf(message)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: header } },
      { type: 'section', text: { type: 'mrkdwn', text: shown } },
    ],
  });
}
