import { computed } from '@preact/signals';
import { user } from './session.ts';

/** Analysts decide what becomes of reviews, sessions and errors; viewers read. */
export const mayDecide = computed(() => user.value !== null && user.value.role !== 'viewer');
