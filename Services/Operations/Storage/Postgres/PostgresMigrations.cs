namespace Qmtl.Operations.Storage.Postgres;

/// <summary>The tables of the console's own store, step by step. A step that was published is never changed.</summary>
internal static class PostgresMigrations
{
    public const string Schema = "qmtl_console";

    /// <summary>Steps from version 1 on. <c>:runtime</c> stands for the quoted name of the role that the console runs as.</summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        """
        create table qmtl_console.documents (
            kind text collate "C" not null,
            id text collate "C" not null,
            version bigint not null check (version > 0),
            body text not null,
            labels text[] not null,
            sort text collate "C" not null,
            primary key (kind, id)
        );
        create index documents_in_order on qmtl_console.documents (kind, sort desc, id desc);
        create index documents_by_label on qmtl_console.documents using gin (labels);
        create table qmtl_console.audit_records (
            number bigint primary key check (number > 0),
            line text not null
        );
        grant select, insert, update, delete on qmtl_console.documents to :runtime;
        grant select, insert on qmtl_console.audit_records to :runtime;
        """,
    ];
}
