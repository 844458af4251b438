// Who is told what, and when: the alerts of one cause together, at once when it is new, after that as updates with some
// time between them; once a day a report to those who want one. Only what is worth it: good news waits for the report.

import type { Alert } from '@prodlens/protocol';
import { groupBy } from '../../query/group-by.js';
import type { AlertSettings, ChannelSettings } from '../alert-settings.js';
import type { AlertBook } from '../life/alert-book.js';
import type { Told } from '../life/gathering.js';
import { withReached } from '../life/one-cause.js';
import type { Channels } from './channels.js';
import { type HeadsUpMessage, type LinkOptions, linksOf } from './messages.js';

/** Between two messages about one group. */
export const UPDATE_MS = 15 * 60_000;
/** Seen in so many times as many places as were told is worth a word. */
const SPREAD = 2;

type Place = Pick<Alert, 'service' | 'environment'>;

export interface TellingParts {
  settings: AlertSettings;
  book: AlertBook;
  channels: Channels;
  links: LinkOptions;
  now: () => number;
  /** Of the services and environments for which this is true. */
  headsUp: (isOf: (of: Place) => boolean) => Promise<Omit<HeadsUpMessage, 'type' | 'sentUnixMs' | 'web'>>;
}

export function createTelling({ settings, book, channels, links, now, headsUp }: TellingParts) {
  const configured = settings.channels ?? [];
  /** What has not been told yet, by alert: the last word counts. */
  const waiting = new Map<string, Told>();
  for (const { alert, toldUnixMs, partOf } of book.all()) {
    // Found before the collector stopped.
    if (partOf === undefined && alert.state === 'open' && toldUnixMs < alert.openedUnixMs)
      waiting.set(alert.id, { alert, what: 'opened' });
  }

  function flush(): void {
    for (const [groupId, told] of groupBy(waiting.values(), ({ alert }) => alert.group.id)) {
      const members = book.all().filter(({ alert }) => alert.group.id === groupId);
      const lastTold = Math.max(0, ...members.map(({ toldUnixMs }) => toldUnixMs));
      if (lastTold > 0 && now() - lastTold < UPDATE_MS) continue;
      for (const { alert } of told) waiting.delete(alert.id);
      // As they are by now. What has turned out to be part of another is told with that.
      const whole = told.flatMap(({ what, alert }) => {
        const kept = book.get(alert.id);
        if (kept?.partOf !== undefined) return [];
        const shown = withReached(alert, book.all());
        const reached = shown.reached?.length ?? 0;
        return what === 'spread' && reached < SPREAD * (kept?.reachedTold ?? 0) ? [] : [{ what, alert: shown }];
      });
      if (whole.length === 0 || !tellGroup(whole, lastTold > 0)) continue;
      book.put(
        whole.flatMap(({ alert }) => {
          const kept = book.get(alert.id);
          return kept === undefined ? [] : [{ ...kept, toldUnixMs: now(), reachedTold: alert.reached?.length ?? 0 }];
        }),
      );
    }
  }

  /** False where no channel is for any of them. */
  function tellGroup(told: Told[], isUpdate: boolean): boolean {
    let isTold = false;
    for (const channel of configured) {
      const wanted = told.filter(({ alert }) => isFor(channel, alert)).sort((a, b) => cost(b.alert) - cost(a.alert));
      const [first] = wanted;
      if (first === undefined) continue;
      isTold = true;
      const { group, service, environment } = first.alert;
      const events = wanted.map(({ what, alert }) => ({ what, alert, links: linksOf(alert, links) }));
      const sentUnixMs = now();
      channels.send(channel.name, {
        type: 'alerts',
        sentUnixMs,
        group: { ...group, service, environment },
        isUpdate,
        events,
      });
    }
    return isTold;
  }

  async function reportOfDay(): Promise<void> {
    const { headsUp: when } = settings;
    if (when === undefined) return;
    const at = new Date(now());
    const day = at.toISOString().slice(0, 10);
    if (at.getUTCHours() < when.hourUtc || (book.fact('headsUpDay') ?? '') >= day) return;
    const web = links.webAppUrl;
    for (const channel of configured) {
      if (when.channels?.includes(channel.name) === false) continue;
      const report = await headsUp((of) => isOf(channel, of));
      channels.send(channel.name, { type: 'heads-up', sentUnixMs: now(), ...report, web });
    }
    book.setFact('headsUpDay', day);
  }

  return {
    add(told: Told[]): void {
      for (const one of told) {
        const before = waiting.get(one.alert.id);
        // Opened and closed again before anybody heard of it: nothing to say.
        if (one.what === 'closed' && (before?.what === 'opened' || before?.what === 'reopened'))
          waiting.delete(one.alert.id);
        else if (one.alert.severity !== 'info')
          waiting.set(one.alert.id, {
            alert: one.alert,
            what: before === undefined || one.what === 'closed' ? one.what : before.what,
          });
      }
    },
    /** Puts what is due into the book's queue and attempts it. */
    async tick(): Promise<void> {
      flush();
      await reportOfDay();
      await channels.sendDue();
    },
  };
}

function isFor(channel: ChannelSettings, alert: Alert): boolean {
  return isOf(channel, alert) && (channel.severity !== 'critical' || alert.severity === 'critical');
}

function isOf({ services, environments }: ChannelSettings, { service, environment }: Place): boolean {
  return services?.includes(service) !== false && environments?.includes(environment) !== false;
}

function cost(alert: Alert): number {
  return (alert.severity === 'critical' ? 1e12 : 0) + (alert.evidence.extraMsPerSecond ?? 0);
}
