import type { Config } from '../../../env.ts';
import type { BreakerSettings } from '../../../wire/delivery.ts';
import { checkTarget } from '../../address/check-target.ts';
import { targetSentence } from '../../address/sentence.ts';
import { placeOf } from '../../body/place.ts';
import { renderBody } from '../../body/render-body.ts';
import { sampleEvents } from '../../body/sample-event.ts';
import type { Definition } from './types.ts';

export interface Finding {
  pointer: string;
  reason: string;
}

/** Hosts and project of the request, for what is checked of a definition. */
export interface CheckedFor {
  environment: Config['environment'];
  ownHosts: readonly string[];
  projectId: string;
  projectName: string;
  nowMs: number;
}

/** What of a definition does not go together, or cannot be sent. Empty: all is well. */
export function checkDefinition(definition: Definition, by: CheckedFor): Finding[] {
  const findings: Finding[] = [...breakerFindings(definition.breaker)];
  const target = checkTarget(definition.url, by);
  if (!target.ok) findings.push({ pointer: '/url', reason: targetSentence(target.error) });
  const { breaker, timeoutMs, template } = definition;
  if (breaker.leaseMs < timeoutMs)
    findings.push({
      pointer: '/breaker/leaseMs',
      reason: 'must be at least timeoutMs, or a probe counts as failed while it runs',
    });
  const failed = sampleEvents({ ...by, origin: null })
    .map((event) => renderBody(definition, event))
    .find((rendered) => !rendered.ok);
  if (failed && !failed.ok) {
    const { reason, position } = failed.error;
    const at = position === null || template === null ? '' : ` (${placeOf(template, position)})`;
    findings.push({ pointer: '/template', reason: `${reason}${at}` });
  }
  return findings;
}

function breakerFindings({ openAbove, closeBelow, minimumCalls, windowCalls }: BreakerSettings): Finding[] {
  const findings: Finding[] = [];
  if (closeBelow > openAbove)
    findings.push({ pointer: '/breaker/closeBelow', reason: 'must not be more than openAbove' });
  if (minimumCalls > windowCalls)
    findings.push({ pointer: '/breaker/minimumCalls', reason: 'must not be more than windowCalls' });
  return findings;
}
