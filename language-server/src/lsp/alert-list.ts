// News of alerts for clients with a list of them or a notification: how many there are, and which are new. The list
// itself is asked for by prodlens/alerts.

import type { Alert } from '@prodlens/protocol';
import type { Connection } from 'vscode-languageserver/node';

const ALERTS_CHANGED = 'prodlens/alertsChanged';

export interface AlertsChanged {
  /** Open ones, without those that somebody has muted or expects. */
  open: number;
  critical: number;
  /** Open now and not when the client was last told; none in the first notification where they were there before. */
  opened: Pick<Alert, 'id' | 'title' | 'severity' | 'service' | 'environment'>[];
}

export interface AlertList {
  /** null: nothing is known of any; where numbers are fresh, there is none, and the first to come is new. */
  tell(alerts: Alert[] | null, areFresh: boolean): void;
}

export function alertList(connection: Connection): AlertList {
  let told: Set<string> | null = null;
  let sent = '';
  return {
    tell(alerts, areFresh) {
      if (alerts === null) {
        if (areFresh) told ??= new Set();
        return;
      }
      const content = JSON.stringify(alerts.map(({ id, state, updatedUnixMs }) => [id, state, updatedUnixMs]));
      if (content === sent) return;
      sent = content;
      const open = alerts.filter(({ state }) => state === 'open');
      const before = told;
      told = new Set(open.map(({ id }) => id));
      const opened = before === null ? [] : open.filter(({ id }) => !before.has(id));
      const news: AlertsChanged = {
        open: open.length,
        critical: open.filter(({ severity }) => severity === 'critical').length,
        opened: opened.map(({ id, title, severity, service, environment }) => ({
          id,
          title,
          severity,
          service,
          environment,
        })),
      };
      void connection.sendNotification(ALERTS_CHANGED, news);
    },
  };
}
