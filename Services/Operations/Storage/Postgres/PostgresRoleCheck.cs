using Npgsql;

namespace Qmtl.Operations.Storage.Postgres;

/// <summary>
/// Asks whether the role that the console runs as, or any role that it is a member of, could change the audit: then an intruder in the console
/// could too, and the console does not start.
/// </summary>
internal static class PostgresRoleCheck
{
    private const string Table = "qmtl_console.audit_records";

    private const string Sql =
        """
        with roles as (
            select role.oid, role.rolname, role.rolsuper from pg_catalog.pg_roles role where pg_catalog.pg_has_role(current_user, role.oid, 'member')
        ), audit as (
            select class.oid, class.relowner, class.relnamespace from pg_catalog.pg_class class where class.oid = 'qmtl_console.audit_records'::regclass
        )
        select role.rolname, 'is a superuser' from roles role where role.rolsuper
        union all
        select role.rolname, 'owns the table' from roles role join audit on role.oid = audit.relowner and not role.rolsuper
        union all
        select role.rolname, 'owns the schema and could drop the table' from roles role join pg_catalog.pg_namespace space on space.oid = (select relnamespace from audit) and role.oid = space.nspowner and not role.rolsuper
        union all
        select role.rolname, 'may ' || privilege from roles role cross join audit cross join unnest(array['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) as privilege
            where not role.rolsuper and pg_catalog.has_table_privilege(role.oid, audit.oid, privilege)
        union all
        select role.rolname, 'may UPDATE a column' from roles role cross join audit
            where not role.rolsuper and pg_catalog.has_any_column_privilege(role.oid, audit.oid, 'UPDATE') and not pg_catalog.has_table_privilege(role.oid, audit.oid, 'UPDATE')
        """;

    private const string Needed =
        """
        select privilege from unnest(array['SELECT', 'INSERT']) as privilege where not pg_catalog.has_table_privilege('qmtl_console.audit_records', privilege)
        union all
        select privilege || ' on documents' from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as privilege where not pg_catalog.has_table_privilege('qmtl_console.documents', privilege)
        """;

    public static async Task<IReadOnlyList<string>> ProblemsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var problems = new List<string>();
        await using (var command = new NpgsqlCommand(Sql, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var role = reader.GetString(0);
                problems.Add($"Postgres:Connection: the role \"{role}\", which the console acts as or is a member of, {reader.GetString(1)} ({Table}), so it could change the audit. Give the console a role that may only SELECT and INSERT there; docs/design/audit.md shows how.");
            }
        }

        await using (var command = new NpgsqlCommand(Needed, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) problems.Add($"Postgres:Connection: the console's role may not {reader.GetString(0)} in the schema qmtl_console. Grant it, docs/design/audit.md shows how.");
        }

        return problems;
    }
}
