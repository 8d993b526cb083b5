start transaction read write;
set local lock_timeout = '60s';
select pg_advisory_xact_lock(7165916428119);

-- Claviger 0001-initial
create table if not exists "claviger_migrations" (
  "version" bigint not null,
  "name" text collate "C" not null,
  "applied_at" bigint not null,
  primary key ("version")
);
create table if not exists "claviger_keys" (
  "id" text collate "C" not null,
  "workspace_id" text collate "C" not null,
  "revision" bigint not null,
  "writes" bigint not null,
  "created_at" bigint not null,
  "environment" text collate "C" not null,
  "owner_type" text collate "C" not null,
  "owner_id" text collate "C" not null,
  "name_folded" text collate "C" not null,
  "last4" text collate "C" not null,
  "secret_created_at" bigint not null,
  "previous_ends_at" bigint,
  "expires_at" bigint,
  "disabled_at" bigint,
  "revoked_at" bigint,
  "owner_gone_at" bigint,
  "last_used_at" bigint,
  "record" text not null,
  primary key ("id")
);
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
  "id" text collate "C" not null,
  "workspace_id" text collate "C" not null,
  "revision" bigint not null,
  "writes" bigint not null,
  "created_at" bigint not null,
  "living" bigint not null,
  "deleted_at" bigint,
  "record" text not null,
  primary key ("id")
);
create index if not exists "claviger_service_accounts_list" on "claviger_service_accounts" ("workspace_id", "created_at" desc, "id");
create index if not exists "claviger_service_accounts_living" on "claviger_service_accounts" ("workspace_id", "living", "created_at" desc, "id");
create index if not exists "claviger_service_accounts_age" on "claviger_service_accounts" ("deleted_at");
create table if not exists "claviger_idempotency" (
  "workspace_id" text collate "C" not null,
  "actor_type" text collate "C" not null,
  "actor_id" text collate "C" not null,
  "idempotency_key" text collate "C" not null,
  "created_at" bigint not null,
  "record" text not null,
  primary key ("workspace_id", "actor_type", "actor_id", "idempotency_key")
);
create index if not exists "claviger_idempotency_age" on "claviger_idempotency" ("created_at");
create table if not exists "claviger_activity" (
  "workspace_id" text collate "C" not null,
  "created_at" bigint not null,
  "id" text collate "C" not null,
  "actor_type" text collate "C" not null,
  "actor_id" text collate "C" not null,
  "action" text collate "C" not null,
  "target_id" text collate "C" not null,
  "record" text not null,
  primary key ("workspace_id", "created_at", "id")
);
create index if not exists "claviger_activity_list" on "claviger_activity" ("workspace_id", "created_at" desc, "id");
create index if not exists "claviger_activity_target" on "claviger_activity" ("workspace_id", "target_id", "created_at" desc, "id");
create index if not exists "claviger_activity_actor" on "claviger_activity" ("workspace_id", "actor_type", "actor_id", "created_at" desc, "id");
create index if not exists "claviger_activity_action" on "claviger_activity" ("workspace_id", "action", "created_at" desc, "id");
create index if not exists "claviger_activity_age" on "claviger_activity" ("created_at");
create table if not exists "claviger_head" (
  "id" bigint not null,
  "store_id" text collate "C" not null,
  "epoch" bigint not null,
  "nonce" text collate "C" not null,
  primary key ("id")
);
create table if not exists "claviger_changes" (
  "epoch" bigint not null,
  "nonce" text collate "C" not null,
  "announcements" text not null,
  primary key ("epoch")
);
create table if not exists "claviger_usage" (
  "workspace_id" text collate "C" not null,
  "key_id" text collate "C" not null,
  "version" bigint not null,
  "hour" bigint not null,
  "code" text collate "C" not null,
  "requests" bigint not null,
  "allowed" bigint not null,
  "client_errors" bigint not null,
  "server_errors" bigint not null,
  "last_used_at" bigint not null,
  primary key ("workspace_id", "key_id", "hour", "version", "code")
);
create index if not exists "claviger_usage_age" on "claviger_usage" ("hour");
create table if not exists "claviger_usage_days" (
  "workspace_id" text collate "C" not null,
  "key_id" text collate "C" not null,
  "day" bigint not null,
  "code" text collate "C" not null,
  "requests" bigint not null,
  "allowed" bigint not null,
  "client_errors" bigint not null,
  "server_errors" bigint not null,
  "last_used_at" bigint not null,
  "listed_day" bigint not null,
  primary key ("workspace_id", "key_id", "day", "code")
);
create index if not exists "claviger_usage_days_busiest" on "claviger_usage_days" ("workspace_id", "listed_day", "code", "requests" desc, "key_id");
create index if not exists "claviger_usage_days_age" on "claviger_usage_days" ("day");
create table if not exists "claviger_usage_totals" (
  "workspace_id" text collate "C" not null,
  "span" text collate "C" not null,
  "start" bigint not null,
  "code" text collate "C" not null,
  "requests" bigint not null,
  "allowed" bigint not null,
  "client_errors" bigint not null,
  "server_errors" bigint not null,
  "last_used_at" bigint not null,
  primary key ("workspace_id", "span", "start", "code")
);
create index if not exists "claviger_usage_totals_age" on "claviger_usage_totals" ("start");
create table if not exists "claviger_usage_keys" (
  "workspace_id" text collate "C" not null,
  "key_id" text collate "C" not null,
  "last_hour" bigint not null,
  primary key ("workspace_id", "key_id")
);
create index if not exists "claviger_usage_keys_recent" on "claviger_usage_keys" ("workspace_id", "last_hour", "key_id");
create index if not exists "claviger_usage_keys_age" on "claviger_usage_keys" ("last_hour");
create table if not exists "claviger_usage_instances" (
  "instance_id" text collate "C" not null,
  "sequence" bigint not null,
  "part" bigint not null,
  "seen_at" bigint not null,
  primary key ("instance_id")
);
create index if not exists "claviger_usage_instances_age" on "claviger_usage_instances" ("seen_at");
create table if not exists "claviger_marks" (
  "store_id" text collate "C" not null,
  "name" text collate "C" not null,
  "content" text collate "C" not null,
  primary key ("store_id", "name")
);
insert into "claviger_head" ("id", "store_id", "epoch", "nonce") values (1, gen_random_uuid()::text, 0, gen_random_uuid()::text) on conflict do nothing;
insert into "claviger_changes" ("epoch", "nonce", "announcements") select 0, "nonce", '[]' from "claviger_head" where "epoch" = 0 on conflict do nothing;
insert into "claviger_migrations" ("version", "name", "applied_at") values (1, 'initial', (extract(epoch from clock_timestamp()) * 1000)::bigint) on conflict do nothing;

-- Claviger 0002-record-version-2
create table if not exists "claviger_reminders" (
  "key_id" text collate "C" not null,
  "expiring" bigint,
  "rotation_due" bigint,
  "unused" bigint,
  "owner_gone" bigint,
  "ends_at" bigint,
  primary key ("key_id")
);
create index if not exists "claviger_reminders_expiring" on "claviger_reminders" ("expiring", "key_id");
create index if not exists "claviger_reminders_rotation_due" on "claviger_reminders" ("rotation_due", "key_id");
create index if not exists "claviger_reminders_unused" on "claviger_reminders" ("unused", "key_id");
create index if not exists "claviger_reminders_owner_gone" on "claviger_reminders" ("owner_gone", "key_id");
create index if not exists "claviger_reminders_end" on "claviger_reminders" ("ends_at");
create table if not exists "claviger_activity_lines" (
  "line" bigint not null,
  "workspace_id" text collate "C" not null,
  "created_at" bigint not null,
  "id" text collate "C" not null,
  primary key ("line")
);
create index if not exists "claviger_activity_lines_entry" on "claviger_activity_lines" ("created_at", "workspace_id", "id");
create table if not exists "claviger_followers" (
  "name" text collate "C" not null,
  "holder" text collate "C" not null,
  "held_until" bigint not null,
  "position" bigint,
  primary key ("name")
);
create table if not exists "claviger_callers" (
  "workspace_id" text collate "C" not null,
  "key_id" text collate "C" not null,
  "oldest_at" bigint not null,
  "record" text not null,
  primary key ("workspace_id", "key_id")
);
create index if not exists "claviger_callers_age" on "claviger_callers" ("oldest_at");
insert into "claviger_reminders" ("key_id", "expiring", "rotation_due", "unused", "owner_gone", "ends_at") select "id", "expires_at", "secret_created_at", coalesce("last_used_at", "created_at"), "owner_gone_at", "expires_at" from "claviger_keys" where "revoked_at" is null on conflict do nothing;
insert into "claviger_migrations" ("version", "name", "applied_at") values (2, 'record-version-2', (extract(epoch from clock_timestamp()) * 1000)::bigint) on conflict do nothing;

commit;
