// What the rest of the server asks of production's numbers, and what it tells it.

import type { Alert, CatalogService, IdeFile } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import type { CollectorStatus } from './collector-client.js';
import type { LastErrorsOf } from './ide/last-errors.js';
import type { EditorFile, PathMapping } from './mapping/deployed-files.js';
import type { DeployedText } from './mapping/deployed-text.js';
import type { DeployedFunctions, MappedFunction } from './mapping/mapped-functions.js';
import type { DeployedPlace } from './mapping/match.js';
import type { MissingFile } from './mapping/missing-file.js';

export interface NumbersSettings {
  url: string;
  token: string;
  /** '' chooses one for each service. */
  environment: string;
  /** Names of the services to show; empty for all. */
  services: string[];
  windowSeconds: number;
  pathMappings: PathMapping[];
}

export interface ProductionNumbers {
  status(): CollectorStatus;
  /** Another after each change that concerns more than one file's numbers. */
  epoch(): number;
  /** Another after each change of what the functions below answer about a followed file. */
  revision(path: string): string;
  /** null until a catalog is known. */
  services(): CatalogService[] | null;
  /**
   * Those that are not closed, of services and environments that are shown; those that cost most first. null where the
   * collector tells of none.
   */
  alerts(): Alert[] | null;
  /** Whether numbers of functions have come from the collector that is connected: what it had of alerts came before. */
  areFresh(): boolean;
  lastErrorsOf: LastErrorsOf;
  /** Environments of which numbers are shown. */
  environments(): string[];
  /** Whose numbers are shown for a service; '' while that is not known. */
  environmentOf(service: string): string;
  /** Replaces the settings; connects anew when address or token changed. */
  configure(settings: NumbersSettings): void;
  /** Replaces the files that are open. */
  follow(files: EditorFile[]): void;
  /**
   * Resolves when what the disk has of the followed files is there, and what the collector has of this one, or it is
   * away, or has not said it within the time.
   */
  settled(path: string, milliseconds: number): Promise<void>;
  /** What a file is in production, whether it is followed or not. */
  filesOf(file: EditorFile): IdeFile[];
  /** What a followed file is in production; null for those whose numbers have not arrived. */
  deployed(path: string): (DeployedFunctions | null)[];
  /** What a function of a followed file was deployed in; null where git has it no more. */
  deployedText(path: string, origin: DeployedPlace): DeployedText | null;
  mapped(path: string, text: string, outline: OutlinedFunction[]): MappedFunction[];
  /** The service that a followed file belongs to and that does not report it; null where there is none. */
  missing(path: string): MissingFile | null;
  /** Of when a followed file's numbers are, in ms since 1970; null where they are of now, or there are none. */
  asOfUnixMs(path: string): number | null;
  /** A file of the workspace was saved: functions may have moved between files. */
  saved(): void;
  /** Asks for everything again. */
  refresh(): void;
  close(): Promise<void>;
}
