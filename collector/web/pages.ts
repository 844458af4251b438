// Which page stands at which address.

import type { ComponentType } from 'preact';
import { createElement } from 'preact';
import { AlertPage } from './pages/alert.js';
import { AlertsPage } from './pages/alerts.js';
import { ComparePage } from './pages/compare.js';
import { CpuPage } from './pages/cpu.js';
import { DeploymentsPage } from './pages/deployments.js';
import { EndpointPage } from './pages/endpoint.js';
import { EndpointsPage } from './pages/endpoints.js';
import { ErrorsPage } from './pages/errors.js';
import { ForensicsPage } from './pages/forensics.js';
import { FunctionPage } from './pages/function.js';
import { FunctionsPage } from './pages/functions.js';
import { HeadsUpPage } from './pages/heads-up.js';
import { OverviewPage } from './pages/overview.js';
import { SensorPage, SensorsPage } from './pages/sensors.js';
import { SettingsPage } from './pages/settings.js';
import { SnapshotPage } from './pages/snapshot.js';
import { useView } from './state/view.js';

/** By the address's first part. */
export const PAGES: Record<string, ComponentType | undefined> = {
  '': OverviewPage,
  alerts: withId(AlertsPage, AlertPage),
  endpoints: withId(EndpointsPage, EndpointPage),
  functions: withId(FunctionsPage, FunctionPage),
  forensics: withId(ForensicsPage, SnapshotPage),
  errors: ErrorsPage,
  cpu: CpuPage,
  deployments: DeploymentsPage,
  compare: ComparePage,
  'heads-up': HeadsUpPage,
  sensors: withId(SensorsPage, SensorPage),
  settings: SettingsPage,
};

/** Of a list, and of one of its things. */
function withId(list: ComponentType, one: ComponentType): ComponentType {
  return () => createElement(useView().address.id === '' ? list : one, null);
}
