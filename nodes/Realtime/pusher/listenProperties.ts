import type { INodeProperties } from 'n8n-workflow';

const displayOptions = { show: { transport: ['pusher'] } };

/** Who the node is in presence channels, where the user does not say. */
export const DEFAULT_USER_ID = 'n8n';

/** What is listened to at a Pusher server. */
export const pusherProperties: INodeProperties[] = [
	{
		displayName: 'Channels',
		name: 'channels',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. orders, private-commerce.5',
		description:
			'The channel names. Separate them with commas, or use an expression that returns a list. Private, presence and encrypted channels are detected by their prefix.',
		displayOptions: { show: { ...displayOptions.show, preset: ['none'] } },
	},
];

/** How it is listened to. */
export const pusherOptions: INodeProperties[] = [
	{
		displayName: 'Presence User ID',
		name: 'presenceUserId',
		type: 'string',
		default: DEFAULT_USER_ID,
		description:
			'The user ID this node joins presence channels with, if they are authorized with the secret',
	},
	{
		displayName: 'Presence User Info',
		name: 'presenceUserInfo',
		type: 'json',
		default: '{}',
		description: 'The information that other members see, as JSON',
	},
	{
		displayName: 'Report Members',
		name: 'reportMembers',
		type: 'boolean',
		default: false,
		description:
			'Whether to start the workflow with an event subscription_succeeded, which lists the current members, each time a presence channel is joined',
	},
];
