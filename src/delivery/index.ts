export { checkTarget, type Target, type TargetRefusal, targetSentence } from './address/index.ts';
export { renderBody } from './body/render-body.ts';
export type { BodyForm, RenderedBody, TemplateFailure } from './body/types.ts';
