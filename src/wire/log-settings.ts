/** `PUT /api/log-settings`, for administrators. */
export interface LogSettings {
  /** The project whose records the deployment's own log is kept as; null keeps none. */
  projectId: string | null;
}

/** `GET /api/log-settings`. */
export interface LogSettingsAnswer extends LogSettings {
  /** Null before the first change. */
  changedAtMs: number | null;
}
