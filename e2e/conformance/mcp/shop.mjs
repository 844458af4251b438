// A collector with data of which the answers are known, until it is told to end. Prints its address.

import { recordedShop } from '../../../collector/dist/testing/recorded-shop.js';

const ends = [];
const { url } = await recordedShop({ after: (end) => ends.push(end) });
process.once('SIGTERM', async () => {
  for (const end of ends.reverse()) await end();
});
console.log(url);
