import { computed } from '@preact/signals';
import { user } from '../../state/session.ts';

/** Analysts decide reviews and end sessions; viewers read. */
export const mayDecide = computed(() => user.value !== null && user.value.role !== 'viewer');
