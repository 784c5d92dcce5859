// The host's own nouns, from its descriptions. Nothing here is typed by hand.
import type { components as gateway } from './generated/gateway';
import type { components as rest } from './generated/openapi';

export type { paths } from './generated/openapi';

type Rest = rest['schemas'];
type Gateway = gateway['schemas'];

export type User = Rest['User'];
export type CurrentUser = Rest['CurrentUser'];
export type UserProfile = Rest['UserProfile'];
export type UserSettings = Rest['UserSettings'];
export type NotificationSetting = Rest['NotificationSetting'];
export type Relationship = Rest['Relationship'];
export type Session = Rest['Session'];
export type AuthAnswer = Rest['AuthAnswer'];
export type Instance = Rest['Instance'];
export type InstanceLimits = Rest['InstanceLimits'];
export type Invite = Rest['Invite'];
export type Server = Rest['Server'];
export type Channel = Rest['Channel'];
export type Overwrite = Rest['Overwrite'];
export type Role = Rest['Role'];
export type Member = Rest['Member'];
export type Message = Rest['Message'];
export type Attachment = Rest['Attachment'];
export type Reaction = Rest['Reaction'];
export type Ban = Rest['Ban'];
export type AuditEntry = Rest['AuditEntry'];
export type AuditChange = Rest['AuditChange'];
export type AuditLogPage = Rest['AuditLogPage'];
export type SearchResult = Rest['SearchResult'];

export type Presence = Gateway['Presence'];
export type CustomStatus = Gateway['CustomStatus'];
export type ReadState = Gateway['ReadState'];
export type VoiceState = Gateway['VoiceState'];
export type ServerSnapshot = Gateway['ServerSnapshot'];
export type Ready = Gateway['Ready'];
export type Resumed = Gateway['Resumed'];
export type HostFrame = Gateway['HostFrame'];
export type ClientFrame = Gateway['ClientFrame'];
export type Dispatch = Gateway['Dispatch'];
