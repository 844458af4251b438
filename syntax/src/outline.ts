// What syntax/ says about a source text: its functions, each with the name that is its identity.

import type { FunctionKind } from '@prodlens/protocol';

/** A function with a body. Offsets are 0-based UTF-16 units into the text. */
export interface OutlinedFunction {
  /** Qualified name: "PricingService.quote", "createApp.app.get'/orders'#1", "(return)". */
  name: string;
  /** The part of the name that is the function's own: "quote", "app.get'/orders'#1". */
  ownName: string;
  /** 0-based position, in source order, among the functions of the same name in the text. */
  ordinal: number;
  kind: FunctionKind;
  /** The whole function, from its first keyword or parameter (a method: from its name or modifiers) to its end. */
  start: number;
  end: number;
  /** Where the name stands; the function's start where it has none. Lenses, positions and links use this. */
  nameStart: number;
  nameEnd: number;
}
