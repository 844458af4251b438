// What a function is and where it stands, in OpenTelemetry's words: the same on the wire, in the store and in an answer.

export type FunctionKind = 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'constructor';

export interface FunctionPlace {
  /**
   * code.file.path with "/": the original file, after the source map, relative to the service's root; for an
   * underlying package "node_modules/NAME/…".
   */
  file: string;
  /** code.function.name: qualified name as syntax/ gives it. */
  name: string;
  /** 0-based position among the functions of the same name in the file. */
  ordinal: number;
  kind: FunctionKind;
  /** code.line.number, 1-based, in the original file: of the name, or of the function's start where it has none. */
  line: number;
  /** code.column.number, 1-based UTF-16 units. */
  column: number;
  /** Name of the underlying package; null for the service's own functions. */
  package: string | null;
  /** False where only calls are counted: a body that cannot be slow by itself, or that must not be moved. */
  timed: boolean;
}
