import type { Gap, GapReason } from './storedEvent';

/** What to change, and where; settings of n8n by their names. */
const HINTS: Readonly<Record<GapReason, string>> = {
	pruned:
		'n8n deletes old executions: keep them longer with EXECUTIONS_DATA_MAX_AGE (hours, 336 by default) and EXECUTIONS_DATA_PRUNE_MAX_COUNT (10000 by default), or switch deletion off with EXECUTIONS_DATA_PRUNE=false. They may also have been deleted by somebody, or belong to a project that the API key may not read.',
	not_saved:
		"The workflow's settings do not save these executions: set 'Save successful production executions' and 'Save failed production executions' to save in the workflow's settings (n8n's own default is EXECUTIONS_DATA_SAVE_ON_SUCCESS and EXECUTIONS_DATA_SAVE_ON_ERROR).",
	missing:
		'n8n has given out the numbers of these executions, and shows nothing under them: they were not saved (EXECUTIONS_DATA_SAVE_ON_SUCCESS, EXECUTIONS_DATA_SAVE_ON_ERROR, or the settings of a workflow), were deleted, or belong to a project that the API key may not read. They need not have been events.',
	redacted:
		"n8n hides the data of these executions: change 'Redact production execution data' in the workflow's settings, or have an administrator give the owner of the API key the right to reveal them (execution:reveal).",
	too_large:
		"These executions are larger than n8n displays: switch on the option 'Read Large Executions', or raise EXECUTIONS_DATA_MAX_DISPLAY_SIZE (bytes).",
	no_access:
		'The workflow does not exist, or the owner of the API key may not read it: have it shared with them, or use the key of somebody who may.',
	running:
		"These executions still run, so that nobody knows how they end: ask again later, or choose the status 'Running'.",
	unreadable:
		"n8n lists these executions and cannot read their data: they were not stored to the end, or were damaged. n8n's log says more.",
	not_found:
		'No execution that the API key may read has it. It may have been deleted (EXECUTIONS_DATA_MAX_AGE, EXECUTIONS_DATA_PRUNE_MAX_COUNT), never saved, or be outside of the filters.',
};

/** A gap with the hint of its reason. Fields that are undefined are left out. */
export function gap(reason: GapReason, about: Partial<Omit<Gap, 'reason'>>): Gap {
	const known = Object.entries(about).filter(([, value]) => value !== undefined);
	return { reason, hint: HINTS[reason], ...Object.fromEntries(known) };
}
