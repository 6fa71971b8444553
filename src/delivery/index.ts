export { renderBody } from './body/render-body.ts';
export type { BodyForm, RenderedBody, TemplateFailure } from './body/types.ts';
