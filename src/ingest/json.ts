export { hasRiskyNumbers, parseJson } from '../shared/json.ts';
