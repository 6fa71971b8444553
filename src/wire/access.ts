/** What a person is in the deployment. */
export type Role = 'admin' | 'analyst' | 'viewer';

/** read: see records. export: take them away in bulk. write: send from a session, save searches. admin: keys and settings. */
export type ProjectAction = 'read' | 'export' | 'write' | 'admin';
