// Times as a person reads them: how long ago, with the moment itself behind it.

import { agoCell } from '../format.js';

const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** How long ago, with the moment as its tooltip. */
export function Ago({ unixMs }: { unixMs: number }) {
  return (
    <time dateTime={new Date(unixMs).toISOString()} title={MOMENT.format(unixMs)}>
      {agoCell(unixMs, Date.now())}
    </time>
  );
}

/** In the browser's time zone. */
export function momentText(unixMs: number): string {
  return MOMENT.format(unixMs);
}
