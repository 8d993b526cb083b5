begin immediate;

-- Claviger 0001-initial
create table if not exists "claviger_migrations" (
  "version" integer not null,
  "name" text not null,
  "applied_at" integer not null,
  primary key ("version")
) strict;
create table if not exists "claviger_keys" (
  "id" text not null,
  "workspace_id" text not null,
  "revision" integer not null,
  "writes" integer not null,
  "created_at" integer not null,
  "environment" text not null,
  "owner_type" text not null,
  "owner_id" text not null,
  "name_folded" text not null,
  "last4" text not null,
  "secret_created_at" integer not null,
  "previous_ends_at" integer,
  "expires_at" integer,
  "disabled_at" integer,
  "revoked_at" integer,
  "owner_gone_at" integer,
  "last_used_at" integer,
  "record" text not null,
  primary key ("id")
) strict;
create index if not exists "claviger_keys_list" on "claviger_keys" ("workspace_id", "created_at" desc, "id");
create index if not exists "claviger_keys_owner" on "claviger_keys" ("workspace_id", "owner_type", "owner_id", "created_at" desc, "id");
create index if not exists "claviger_keys_environment" on "claviger_keys" ("workspace_id", "environment", "created_at" desc, "id");
create index if not exists "claviger_keys_name" on "claviger_keys" ("workspace_id", "name_folded");
create index if not exists "claviger_keys_last4" on "claviger_keys" ("workspace_id", "last4", "created_at" desc, "id");
create index if not exists "claviger_keys_rotation" on "claviger_keys" ("workspace_id", "secret_created_at");
create index if not exists "claviger_keys_overlap" on "claviger_keys" ("workspace_id", "previous_ends_at");
create index if not exists "claviger_keys_expiry" on "claviger_keys" ("workspace_id", "expires_at");
create index if not exists "claviger_keys_state" on "claviger_keys" ("workspace_id", "revoked_at", "disabled_at", "expires_at");
create index if not exists "claviger_keys_owner_gone" on "claviger_keys" ("workspace_id", "owner_gone_at");
create index if not exists "claviger_keys_age" on "claviger_keys" ("revoked_at");
create index if not exists "claviger_keys_end" on "claviger_keys" ("expires_at");
create table if not exists "claviger_service_accounts" (
  "id" text not null,
  "workspace_id" text not null,
  "revision" integer not null,
  "writes" integer not null,
  "created_at" integer not null,
  "living" integer not null,
  "deleted_at" integer,
  "record" text not null,
  primary key ("id")
) strict;
create index if not exists "claviger_service_accounts_list" on "claviger_service_accounts" ("workspace_id", "created_at" desc, "id");
create index if not exists "claviger_service_accounts_living" on "claviger_service_accounts" ("workspace_id", "living", "created_at" desc, "id");
create index if not exists "claviger_service_accounts_age" on "claviger_service_accounts" ("deleted_at");
create table if not exists "claviger_idempotency" (
  "workspace_id" text not null,
  "actor_type" text not null,
  "actor_id" text not null,
  "idempotency_key" text not null,
  "created_at" integer not null,
  "record" text not null,
  primary key ("workspace_id", "actor_type", "actor_id", "idempotency_key")
) strict;
create index if not exists "claviger_idempotency_age" on "claviger_idempotency" ("created_at");
create table if not exists "claviger_activity" (
  "workspace_id" text not null,
  "created_at" integer not null,
  "id" text not null,
  "actor_type" text not null,
  "actor_id" text not null,
  "action" text not null,
  "target_id" text not null,
  "record" text not null,
  primary key ("workspace_id", "created_at", "id")
) strict;
create index if not exists "claviger_activity_list" on "claviger_activity" ("workspace_id", "created_at" desc, "id");
create index if not exists "claviger_activity_target" on "claviger_activity" ("workspace_id", "target_id", "created_at" desc, "id");
create index if not exists "claviger_activity_actor" on "claviger_activity" ("workspace_id", "actor_type", "actor_id", "created_at" desc, "id");
create index if not exists "claviger_activity_action" on "claviger_activity" ("workspace_id", "action", "created_at" desc, "id");
create index if not exists "claviger_activity_age" on "claviger_activity" ("created_at");
create table if not exists "claviger_head" (
  "id" integer not null,
  "store_id" text not null,
  "epoch" integer not null,
  "nonce" text not null,
  primary key ("id")
) strict;
create table if not exists "claviger_changes" (
  "epoch" integer not null,
  "nonce" text not null,
  "announcements" text not null,
  primary key ("epoch")
) strict;
create table if not exists "claviger_usage" (
  "workspace_id" text not null,
  "key_id" text not null,
  "version" integer not null,
  "hour" integer not null,
  "code" text not null,
  "requests" integer not null,
  "allowed" integer not null,
  "client_errors" integer not null,
  "server_errors" integer not null,
  "last_used_at" integer not null,
  primary key ("workspace_id", "key_id", "hour", "version", "code")
) strict;
create index if not exists "claviger_usage_age" on "claviger_usage" ("hour");
create table if not exists "claviger_usage_days" (
  "workspace_id" text not null,
  "key_id" text not null,
  "day" integer not null,
  "code" text not null,
  "requests" integer not null,
  "allowed" integer not null,
  "client_errors" integer not null,
  "server_errors" integer not null,
  "last_used_at" integer not null,
  "listed_day" integer not null,
  primary key ("workspace_id", "key_id", "day", "code")
) strict;
create index if not exists "claviger_usage_days_busiest" on "claviger_usage_days" ("workspace_id", "listed_day", "code", "requests" desc, "key_id");
create index if not exists "claviger_usage_days_age" on "claviger_usage_days" ("day");
create table if not exists "claviger_usage_totals" (
  "workspace_id" text not null,
  "span" text not null,
  "start" integer not null,
  "code" text not null,
  "requests" integer not null,
  "allowed" integer not null,
  "client_errors" integer not null,
  "server_errors" integer not null,
  "last_used_at" integer not null,
  primary key ("workspace_id", "span", "start", "code")
) strict;
create index if not exists "claviger_usage_totals_age" on "claviger_usage_totals" ("start");
create table if not exists "claviger_usage_keys" (
  "workspace_id" text not null,
  "key_id" text not null,
  "last_hour" integer not null,
  primary key ("workspace_id", "key_id")
) strict;
create index if not exists "claviger_usage_keys_recent" on "claviger_usage_keys" ("workspace_id", "last_hour", "key_id");
create index if not exists "claviger_usage_keys_age" on "claviger_usage_keys" ("last_hour");
create table if not exists "claviger_usage_instances" (
  "instance_id" text not null,
  "sequence" integer not null,
  "part" integer not null,
  "seen_at" integer not null,
  primary key ("instance_id")
) strict;
create index if not exists "claviger_usage_instances_age" on "claviger_usage_instances" ("seen_at");
create table if not exists "claviger_marks" (
  "store_id" text not null,
  "name" text not null,
  "content" text not null,
  primary key ("store_id", "name")
) strict;
insert or ignore into "claviger_head" ("id", "store_id", "epoch", "nonce") values (1, lower(hex(randomblob(16))), 0, lower(hex(randomblob(16))));
insert or ignore into "claviger_changes" ("epoch", "nonce", "announcements") select 0, "nonce", '[]' from "claviger_head" where "epoch" = 0;
insert or ignore into "claviger_migrations" ("version", "name", "applied_at") values (1, 'initial', cast(strftime('%s', 'now') as integer) * 1000);

-- Claviger 0002-record-version-2
create table if not exists "claviger_reminders" (
  "key_id" text not null,
  "expiring" integer,
  "rotation_due" integer,
  "unused" integer,
  "owner_gone" integer,
  "ends_at" integer,
  primary key ("key_id")
) strict;
create index if not exists "claviger_reminders_expiring" on "claviger_reminders" ("expiring", "key_id");
create index if not exists "claviger_reminders_rotation_due" on "claviger_reminders" ("rotation_due", "key_id");
create index if not exists "claviger_reminders_unused" on "claviger_reminders" ("unused", "key_id");
create index if not exists "claviger_reminders_owner_gone" on "claviger_reminders" ("owner_gone", "key_id");
create index if not exists "claviger_reminders_end" on "claviger_reminders" ("ends_at");
create table if not exists "claviger_activity_lines" (
  "line" integer not null,
  "workspace_id" text not null,
  "created_at" integer not null,
  "id" text not null,
  primary key ("line")
) strict;
create index if not exists "claviger_activity_lines_entry" on "claviger_activity_lines" ("created_at", "workspace_id", "id");
create table if not exists "claviger_followers" (
  "name" text not null,
  "holder" text not null,
  "held_until" integer not null,
  "position" integer,
  primary key ("name")
) strict;
create table if not exists "claviger_callers" (
  "workspace_id" text not null,
  "key_id" text not null,
  "oldest_at" integer not null,
  "record" text not null,
  primary key ("workspace_id", "key_id")
) strict;
create index if not exists "claviger_callers_age" on "claviger_callers" ("oldest_at");
insert or ignore into "claviger_reminders" ("key_id", "expiring", "rotation_due", "unused", "owner_gone", "ends_at") select "id", "expires_at", "secret_created_at", coalesce("last_used_at", "created_at"), "owner_gone_at", "expires_at" from "claviger_keys" where "revoked_at" is null;
insert or ignore into "claviger_migrations" ("version", "name", "applied_at") values (2, 'record-version-2', cast(strftime('%s', 'now') as integer) * 1000);

commit;
