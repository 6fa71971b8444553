import { env } from 'cloudflare:workers';
import { type ApiDocument, Contract, type GivenAnswer } from '../api-contract.ts';

/** The document that GET /api/openapi.json serves. */
export async function apiDocument(): Promise<ApiDocument> {
  const file = await env.ASSETS.fetch('http://localhost/openapi/openapi.json');
  if (!file.ok) throw new Error('the document of the API is not built');
  return file.json();
}

let opened: Contract | null = null;

/** What is wrong with an answer, by the document. */
export async function breachesOf(answer: GivenAnswer): Promise<string[]> {
  opened ??= new Contract(await apiDocument());
  return opened.breachesOf(answer);
}
