-- What people are asked to decide of identities, with all that a decision takes and no core value.
with questions as (

    select * from {{ ref('int_identity__questions') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

golden_records as (

    select * from {{ ref('int_profile__golden_records') }}

),

review_kinds as (

    select * from {{ ref('review_kinds') }}

),

-- A first of January is what forms fill in for a birth date that nobody knows.
sides as (

    select
        crosswalk.record_id,
        crosswalk.channel,
        golden_records.n_records,
        {{ mask_name('golden_records.name') }} as name_masked,
        {{ name_key('golden_records.name') }} as name_key,
        coalesce(
            {{ family_name_of_partial('golden_records.name') }}, left(golden_records.name, 1)
        ) as family_name,
        nullif(golden_records.gender, 'unknown') as gender,
        case
            when
                extract(month from golden_records.birth_date) > 1
                or extract(day from golden_records.birth_date) > 1
                then golden_records.birth_date
        end as birth_date,
        golden_records.mobile_masked,
        golden_records.email_masked,
        nullif(concat_ws('-', golden_records.province, golden_records.city), '') as region
    from crosswalk
    inner join golden_records on golden_records.customer_id = crosswalk.customer_id

),

compared as (

    select
        questions.review_id,
        questions.kind,
        questions.reason,
        questions.match_probability,
        questions.match_weight,
        questions.comparison_weights,
        questions.evidence,
        {% for side in [1, 2] %}
        questions.record_id_{{ side }},
        questions.customer_id_{{ side }},
        side_{{ side }}.channel as channel_{{ side }},
        side_{{ side }}.n_records as n_records_{{ side }},
        side_{{ side }}.name_masked as name_masked_{{ side }},
        side_{{ side }}.gender as gender_{{ side }},
        cast(extract(year from side_{{ side }}.birth_date) as int) as birth_year_{{ side }},
        side_{{ side }}.mobile_masked as mobile_masked_{{ side }},
        side_{{ side }}.email_masked as email_masked_{{ side }},
        side_{{ side }}.region as region_{{ side }},
        {% endfor %}
        {% for attribute in ['gender', 'birth_date', 'region'] %}
        case
            when side_1.{{ attribute }} = side_2.{{ attribute }} then 'agrees'
            when side_1.{{ attribute }} <> side_2.{{ attribute }} then 'differs'
            else 'unknown'
        end as {{ attribute }}_check,
        {% endfor %}
        case
            when side_1.name_key = side_2.name_key then 'agrees'
            when side_1.name_key <> side_2.name_key then 'differs'
            when side_1.family_name = side_2.family_name then 'compatible'
            else 'unknown'
        end as name_check
    from questions
    inner join sides as side_1 on side_1.record_id = questions.record_id_1
    inner join sides as side_2 on side_2.record_id = questions.record_id_2

),

judged as (

    select
        compared.*,
        case
            when
                'differs' in (
                    compared.name_check, compared.gender_check, compared.birth_date_check
                )
                then 0
            when
                'agrees' in (
                    compared.name_check, compared.gender_check, compared.birth_date_check,
                    compared.region_check
                )
                then 1
            else 0
        end as is_alike
    from compared

),

-- Of several whom a record may be, one alone is like it.
weighed as (

    select
        judged.*,
        sum(judged.is_alike) over (partition by judged.record_id_1) as n_alike
    from judged

),

proposed as (

    select
        weighed.*,
        case
            when weighed.kind = 'contradiction' then 'two_values_of_one_person'
            when
                weighed.kind = 'probable_match'
                and {{ regexp_like('weighed.reason', '_differs?$') }}
                then weighed.reason
            -- Held back although it is probable: the score is what is doubted.
            when weighed.kind = 'probable_match' and weighed.reason <> 'between_thresholds'
                then 'nothing_tells'
            when weighed.kind = 'probable_match' and weighed.match_weight > 0
                then 'more_likely_than_not'
            when weighed.kind = 'probable_match' then 'less_likely_than_not'
            when weighed.name_check = 'differs' then 'names_differ'
            when weighed.birth_date_check = 'differs' then 'birth_dates_differ'
            when weighed.gender_check = 'differs' then 'genders_differ'
            when {{ regexp_like('weighed.reason', '_differs?$') }} then weighed.reason
            when weighed.is_alike = 1 and weighed.n_alike = 1 then 'only_one_alike'
            when weighed.is_alike = 0 and weighed.n_alike = 1 then 'another_is_alike'
            else 'nothing_tells'
        end as proposed_reason
    from weighed

),

queue as (

    select
        proposed.review_id,
        proposed.kind,
        review_kinds.priority,
        review_kinds.question,
        review_kinds.question_zh,
        case
            when proposed.proposed_reason in ('only_one_alike', 'more_likely_than_not')
                then 'must_link'
            -- Measured: of such pairs now more, now fewer are one person (docs/identity.md).
            when
                proposed.proposed_reason in (
                    'nothing_tells', 'another_is_alike', 'nickname_differs', 'mobile_differs'
                )
                then 'undecided'
            else 'cannot_link'
        end as proposed_decision,
        proposed.proposed_reason,
        proposed.record_id_1,
        proposed.channel_1,
        proposed.customer_id_1,
        proposed.n_records_1,
        proposed.name_masked_1,
        proposed.gender_1,
        proposed.birth_year_1,
        proposed.mobile_masked_1,
        proposed.email_masked_1,
        proposed.region_1,
        proposed.record_id_2,
        proposed.channel_2,
        proposed.customer_id_2,
        proposed.n_records_2,
        proposed.name_masked_2,
        proposed.gender_2,
        proposed.birth_year_2,
        proposed.mobile_masked_2,
        proposed.email_masked_2,
        proposed.region_2,
        proposed.name_check,
        proposed.gender_check,
        proposed.birth_date_check,
        proposed.region_check,
        proposed.evidence,
        proposed.match_probability,
        proposed.match_weight,
        proposed.comparison_weights
    from proposed
    inner join review_kinds on review_kinds.kind = proposed.kind

)

select * from queue
