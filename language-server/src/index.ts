export { type Annotated, type AnnotateOptions, annotate } from './annotate.js';
export { VERSION } from './version.js';
