-- What cannot be obeyed stops the build here, before it changes anything of identity.
with judged as (

    select * from {{ ref('int_identity__override_checks') }}

),

-- The first problem, so that whoever reads it can put it right.
problems as (

    select
        count(problem) as n_problems,
        min_by(
            'seeds/reference/identity_overrides.csv: ' || coalesce(decision, '(no decision)')
            || ' of ' || coalesce(record_id_1, '(no record)') || ' and '
            || coalesce(record_id_2, '(no record)') || ': ' || problem
            || '; correct or remove the row',
            case when problem is not null then override_no end
        ) as problem
    from judged

),

overrides as (

    select
        judged.override_no,
        judged.decision,
        least(judged.record_id_1, judged.record_id_2) as record_id_1,
        greatest(judged.record_id_1, judged.record_id_2) as record_id_2,
        judged.reason,
        judged.decided_by,
        judged.decided_at
    from judged
    cross join problems
    where
        case
            when problems.n_problems > 0
                then cast({{ stop_build(
                    "problems.problem || case when problems.n_problems > 1 then ' ('"
                    ~ " || cast(problems.n_problems as string) || ' rows are wrong in all)'"
                    ~ " else '' end"
                ) }} as boolean)
            else judged.is_effective
        end

)

select * from overrides
