/** Asking somebody to prove again who they are, once for all requests that need it. */
import { signal } from '@preact/signals';
import * as factors from '../api/factors.ts';
import { type Answer, connectProof } from '../api/http.ts';
import type { Proof, Renewal } from '../api/types.ts';
import { sharedQuestion } from '../lib/shared-question.ts';
import { renewed } from './session.ts';

export const proofAsked = signal(false);

const question = sharedQuestion<boolean>(() => {
  proofAsked.value = true;
});

connectProof(question.ask);

export async function prove(proof: Proof): Promise<Answer<Renewal>> {
  const answer = await factors.stepUp(proof);
  if (!answer.ok) return answer;
  renewed(answer.value);
  close(true);
  return answer;
}

export function refuseProof(): void {
  close(false);
}

function close(isProven: boolean): void {
  proofAsked.value = false;
  question.answer(isProven);
}
