-- Guards privacy: no full number of anybody, id number or e-mail address stands in a text of a mart
-- that people read, however it is written there. Credit codes of companies are public, and some
-- look like an id number; a record_id is the key of an account as its channel gives it (README,
-- limits).
{% set texts = [
    ('customer_base', ['name', 'mobile_masked', 'email_masked', 'company_name', 'occupation']),
    ('customer_attribute_lineage', [
        "case when attribute <> 'company_credit_code' then chosen_value end",
        list_to_text('losing_values', ' '),
    ]),
    ('customer_crosswalk', ['match_rule']),
    ('customer_crosswalk_history', ['cause']),
    ('customer_aliases', ['reason']),
    ('customer_events', ['cause', list_to_text('identifiers', ' ')]),
    ('identity_runs', ['stage', 'status']),
    ('identity_review_queue', [
        'name_masked_1', 'mobile_masked_1', 'email_masked_1', 'region_1',
        'name_masked_2', 'mobile_masked_2', 'email_masked_2', 'region_2', 'comparison_weights',
        list_to_text('evidence', ' '),
    ]),
    ('quality_rejected_rows', ['raw_row', 'record_key']),
    ('quality_findings', ['value', 'record_key']),
    ('quality_duplicates', ['kept_row', 'dropped_row', 'record_key']),
] -%}
{% set numbers = [
    ('stg_crm__customers', ['mobile', 'telephone']),
    ('stg_shop__accounts', ['mobile', 'telephone']),
    ('stg_store__members', ['mobile', 'telephone']),
    ('stg_store__sales', ['mobile', 'telephone']),
    ('stg_social__followers', ['mobile', 'telephone']),
    ('stg_wecom__contacts', ['remark_mobile', 'remark_telephone']),
    ('stg_service__tickets', ['contact_mobile', 'contact_telephone']),
    ('stg_survey__responses', ['mobile', 'telephone']),
    ('stg_marketing__touches', ['mobile', 'telephone']),
] -%}

with mart_texts as (

    {% for mart, columns in texts %}
    {% set is_last_mart = loop.last %}
    {% for column in columns %}
    select
        '{{ mart }}' as mart,
        {{ column }} as mart_text
    from {{ ref(mart) }}
    {{ 'union all' if not (is_last_mart and loop.last) }}
    {% endfor %}
    {% endfor %}

),

plain_texts as (

    select
        mart,
        {{ normalized_text('mart_text') }} as plain_text
    from mart_texts
    where mart_text is not null

),

receivers as (

    select {{ clean_text('receiver_mobile') }} as receiver_mobile_text
    from {{ raw('shop', 'orders') }} as shop_orders

),

-- Digits as they are dialled: a number of the country without its prefix.
known_numbers as (

    {% for model, columns in numbers %}
    {% set is_last_model = loop.last %}
    {% for column in columns %}
    select
        {{ regexp_remove(column, '^[+](' ~ var('default_country_code') ~ ')?') }} as core_value
    from {{ ref(model) }}
    {{ 'union' if not (is_last_model and loop.last) }}
    {% endfor %}
    {% endfor %}
    union
    select {{ normalize_mobile('receiver_mobile_text') }} as core_value
    from receivers

),

-- Not any such digits: order numbers may look like a mobile.
found_numbers as (

    select
        plain_texts.mart,
        {{ regexp_remove(
            'digits.run', '^(0?0?' ~ var('default_country_code') ~ '|0)'
        ) }} as core_value
    from plain_texts
    {{ cross_join_list(numbers_in('plain_texts.plain_text'), 'digits', 'run') }}
    where length(digits.run) >= 7

)

select
    found_numbers.mart,
    'telephone number' as kind,
    count(*) as n_rows
from found_numbers
inner join known_numbers on known_numbers.core_value = found_numbers.core_value
group by found_numbers.mart

union all

select
    mart,
    'id number or e-mail address' as kind,
    count(*) as n_rows
from plain_texts
where {{ regexp_like(
    'plain_text',
    '(^|[^0-9])[1-9][0-9]{5} ?(19|20)[0-9]{6} ?[0-9]{3}[0-9Xx]($|[^0-9])'
    ~ '|[A-Za-z0-9_.-]{2,} ?@ ?[A-Za-z0-9-]+[.][a-z]'
) }}
group by mart
