// The connection's state as one line: by notification to clients that show it, else in the log, once each time it is
// another, however often a connection is tried.

import type { Connection } from 'vscode-languageserver/node';
import type { ProductionNumbers } from '../production-numbers.js';
import type { Settings } from './settings.js';

const STATUS_CHANGED = 'prodlens/statusChanged';

export interface StatusReport {
  tell(byNotification: boolean, numbers: ProductionNumbers, settings: Settings): void;
}

export function statusReport(connection: Connection): StatusReport {
  let sent = '';
  let logged = '';
  return {
    tell(byNotification, numbers, { url, window, environment: setEnvironment }) {
      const { state, message } = numbers.status();
      if (!byNotification) {
        if (message !== logged) connection.console.log(message);
        logged = message;
        return;
      }
      const environment = setEnvironment || numbers.environments().join(', ');
      const services = numbers.services()?.length ?? null;
      const status = { state, message, url, environment, window, services };
      if (JSON.stringify(status) === sent) return;
      sent = JSON.stringify(status);
      void connection.sendNotification(STATUS_CHANGED, status);
    },
  };
}
