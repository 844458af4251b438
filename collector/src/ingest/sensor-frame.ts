// One frame from a sensor: MessagePack bytes to a checked message. Whatever the bytes are, the outcome is a message
// or a ProdlensError; nothing here trusts the other end.

import { DecodeError, decodeSensorMessage, type SensorMessage } from '@prodlens/protocol';
import { unpack } from 'msgpackr';
import { ProdlensError } from '../errors.js';

/** Throws PRODLENS_ERR_FRAME when it is not MessagePack, PRODLENS_ERR_MESSAGE when it is not what a sensor says. */
export function decodeSensorFrame(data: Uint8Array, isBinary: boolean): SensorMessage {
  if (!isBinary)
    throw new ProdlensError('PRODLENS_ERR_FRAME', 'A text frame; sensors send MessagePack in binary frames');
  let value: unknown;
  try {
    value = unpack(data);
  } catch (cause) {
    throw new ProdlensError('PRODLENS_ERR_FRAME', 'The frame is not MessagePack', { cause });
  }
  try {
    return decodeSensorMessage(value);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new ProdlensError('PRODLENS_ERR_MESSAGE', cause.message, { cause });
  }
}
