-- For three statements that read a whole table, which grows with users or with whoever asks to sign in.
-- Whether another administrator is left, of every change of a role.
CREATE INDEX users_active_admins ON users (id) WHERE role = 'admin' AND disabled = 0;
-- Challenges that go with the factors of a user.
CREATE INDEX auth_challenges_by_user ON auth_challenges (user_id) WHERE user_id IS NOT NULL;
-- Secrets by what they begin with, `v1.<kid>.` (src/shared/at-rest.ts): which are under an old key, each hour.
CREATE INDEX user_totp_by_key ON user_totp (substr(secret, 1, 3 + instr(substr(secret, 4), '.')));
