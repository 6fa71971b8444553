import type { AlertRule, Firing, FiringState, RuleStatus, Silence } from '../wire/alerts.ts';

/** All that the object of a project goes by, pushed before a change is answered. */
export interface AlertSettings {
  projectId: string;
  /** Notices say it. */
  projectName: string;
  /** Of the deployment, such as `https://ops.example.com`, for the link in notices: that of the request that pushes; null (cron) leaves the one that is there. */
  origin: string | null;
  /** An older one than the one that is there changes nothing. */
  version: number;
  rules: AlertRule[];
  /** Those that have not ended. */
  silences: Silence[];
}

export interface FiringQuery {
  state: FiringState | null;
  ruleId: string | null;
  limit: number;
  cursor: string | null;
}

export interface Acknowledgement {
  firingId: string;
  by: string;
  byName: string;
  atMs: number;
  note: string | null;
}

/** Methods of the Alerts object (durable-objects/alerts/alerts.ts), beside `publish`, which journals call. A throw means a fault. */
export interface AlertsCalls {
  configure(settings: AlertSettings): Promise<void>;
  firings(query: FiringQuery): { items: Firing[]; nextCursor: string | null };
  findFiring(id: string): Firing | null;
  /** Of two the later stays, in whatever order they come. `over`: it had ended when this was said. */
  acknowledge(ack: Acknowledgement): 'applied' | 'over' | 'unknown_firing';
  /** Of a disabled project nothing is evaluated or told. What was owed to its destinations waits. */
  setDisabled(projectId: string, disabled: boolean): Promise<void>;
  statuses(): RuleStatus[];
  /** Firing now, by severity. */
  counts(): { critical: number; warning: number; info: number };
}
