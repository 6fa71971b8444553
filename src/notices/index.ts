export { forgetNotices } from './forget-notices.ts';
export { type NewNotice, noticeStatement } from './notice-store.ts';
export { noticeRoutes } from './routes.ts';
export { sendNotices } from './sending/send-notices.ts';
export type { NoticePorts } from './types.ts';
export { unsentNotices } from './unsent.ts';
