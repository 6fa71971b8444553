export { type NewNotice, noticeStatement } from './notice-store.ts';
