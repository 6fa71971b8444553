import { authProblem } from '../auth/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, NOT_FOUND, notYetEffective, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import type { TemplateFailure } from './body/types.ts';

export type DeliveryError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  /** A destination or delivery that this project has not. */
  | { kind: 'not_found' }
  /** Somebody else changed it since the version that this change was made from. */
  | { kind: 'destination_changed'; version: number }
  | { kind: 'too_many_destinations'; limit: number }
  /** Stored, and not in force yet. */
  | { kind: 'destination_pending' }
  | { kind: 'destination_away' }
  | { kind: 'step_up_required' }
  | TemplateFailure;

export function deliveryProblem(error: DeliveryError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'not_found':
      return NOT_FOUND;
    case 'destination_changed':
      return {
        status: 409,
        code: error.kind,
        title: 'The destination has changed',
        detail: `The destination is at version ${error.version} by now. Read it again and repeat the change with that version.`,
        extra: { version: error.version },
      };
    case 'too_many_destinations':
      return {
        status: 409,
        code: error.kind,
        title: 'Too many destinations',
        detail: `A project has at most ${error.limit} destinations. Delete one first.`,
      };
    case 'destination_pending':
      return notYetEffective(
        error.kind,
        'The change is stored, but who delivers by it could not be told. Repeat the request, or wait some minutes.',
      );
    case 'destination_away':
      return {
        status: 503,
        code: error.kind,
        title: 'The destination does not answer us',
        detail: 'What delivers to this destination is away. Nothing is lost; try again.',
        retryAfterSeconds: 1,
      };
    case 'step_up_required':
      return authProblem(error);
    case 'template_failed':
      return {
        status: 422,
        code: error.kind,
        title: 'The template makes no body',
        detail: `${error.reason}.`,
        extra: { position: error.position },
      };
    default:
      return unreachable(error);
  }
}
