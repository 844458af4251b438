// What a person expects beforehand: a rule of a reviewed file, or of a request, that a function may change until some day.

import type { Alert, AlertSilence } from '@prodlens/protocol';
import type { ExpectedRule } from './alert-book.js';

/** The silence that a rule puts on the alert; null where none does. */
export function expectedSilence(rules: ExpectedRule[], alert: Alert, nowUnixMs: number): AlertSilence | null {
  const rule = rules.find(
    (r) =>
      r.service === alert.service &&
      (r.environment ?? alert.environment) === alert.environment &&
      (r.untilUnixMs === null || r.untilUnixMs > nowUnixMs) &&
      isOfPlace(r, alert),
  );
  return rule === undefined ? null : { untilUnixMs: rule.untilUnixMs, reason: rule.reason, by: rule.by };
}

function isOfPlace({ file, name }: ExpectedRule, { place }: Alert): boolean {
  if (file === null && name === null) return true;
  if (place?.type !== 'function') return false;
  return (file ?? place.file) === place.file && (name ?? place.name) === place.name;
}
