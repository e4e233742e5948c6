/**
 * Where forwarders put what belongs to a notification, the likeliest first: Yape Notifier's names,
 * then those of Android and of the common forwarders. Without regard to case, accents, `_` and `-`.
 */
export const FIELDS = {
	/** At any depth. */
	text: [
		'body',
		'text',
		'message',
		'content',
		'bigtext',
		'texto',
		'mensaje',
		'contenido',
		'notificationtext',
		'notificationbody',
		'notificationcontent',
		'notificationmessage',
		'textonotificacion',
		'contenidonotificacion',
		'cuerpo',
		'textlines',
		'tickertext',
		'ticker',
		'msg',
		'description',
		'descripcion',
	],
	title: [
		'title',
		'titulo',
		'notificationtitle',
		'titulonotificacion',
		'subject',
		'asunto',
		'encabezado',
		'bigtitle',
		'title.big',
	],
	package: [
		'packagename',
		'package',
		'pkg',
		'pkgname',
		'apppackage',
		'apppackagename',
		'notificationpackage',
		'packageid',
		'applicationid',
		'bundleid',
		'bundleidentifier',
		'appid',
		'paquete',
		'nombrepaquete',
		'app.id',
		'app.package',
		'application.id',
	],
	app: [
		'sourceapp',
		'app',
		'appname',
		'applicationname',
		'application',
		'applabel',
		'notificationapp',
		'notificationappname',
		'app.name',
		'app.label',
		'application.name',
		'aplicacion',
		'nombreapp',
		'appnombre',
		'appsource',
		'originapp',
	],
	sender: [
		'from',
		'sender',
		'source',
		'origin',
		'sendernumber',
		'sendername',
		'senderid',
		'phonenumber',
		'phone',
		'number',
		'address',
		'originatingaddress',
		'remitente',
		'numero',
		'telefono',
		'de',
		'origen',
	],
	time: [
		'postedat',
		'posttime',
		'postedtime',
		'when',
		'timestamp',
		'time',
		'notificationtime',
		'notificationtimestamp',
		'datetime',
		'fechahora',
		'fechayhora',
		'date',
		'fecha',
		'sentat',
		'sentstamp',
		'ts',
	],
	/** Of the body itself, or of one of `CONTAINERS`. */
	key: ['key', 'notificationkey', 'sbnkey'],
	device: [
		'deviceid',
		'device',
		'devicename',
		'device.id',
		'device.name',
		'codigodispositivo',
		'dispositivo',
	],
	androidUser: ['androiduserid'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Objects in which forwarders put a notification. */
export const CONTAINERS: readonly string[] = [
	'notification',
	'data',
	'payload',
	'extras',
	'rawjson',
	'sbn',
	'android',
];

/** Objects that are about something else: who forwards, and what may be answered. */
export const STRANGE_CONTAINERS: readonly string[] = [
	'actions',
	'buttons',
	'client',
	'device',
	'forwarder',
];

/** Names of lists whose objects are each a notification. */
export const LISTS: readonly string[] = [
	'notifications',
	'notificaciones',
	'notification',
	'messages',
	'mensajes',
	'items',
	'events',
	'data',
	'payload',
];

/** Where the day and the time of the day stand apart. */
export const DAY_FIELDS: readonly string[] = ['fecha', 'date', 'day', 'dia'];
export const CLOCK_FIELDS: readonly string[] = ['hora', 'time', 'hour'];

/** Names of fields that the user may give; what is not given is looked for under its usual names. */
export type MappedField = 'device' | 'key' | 'package' | 'text' | 'time' | 'title';

/** The names that the user gave. Dots lead into objects. */
export type FieldMapping = Readonly<Partial<Record<MappedField, string>>>;
