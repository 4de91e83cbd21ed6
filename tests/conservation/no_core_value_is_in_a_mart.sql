-- Guards privacy: no full mobile, id number or e-mail address stands in a text of a mart that
-- people read.
{% set texts = [
    ('customer_base', ['name', 'mobile_masked', 'email_masked', 'company_name', 'occupation']),
    ('customer_attribute_lineage', ['chosen_value', list_to_text('losing_values', ' ')]),
    ('customer_crosswalk', ['match_rule']),
    ('quality_rejected_rows', ['raw_row', 'record_key']),
    ('quality_findings', ['value', 'record_key']),
    ('quality_duplicates', ['kept_row', 'dropped_row', 'record_key']),
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

known_values as (

    select mobile as core_value from {{ ref('stg_crm__customers') }}
    union
    select mobile as core_value from {{ ref('stg_shop__accounts') }}
    union
    select mobile as core_value from {{ ref('stg_store__members') }}
    union
    select mobile as core_value from {{ ref('stg_social__followers') }}
    union
    select remark_mobile as core_value from {{ ref('stg_wecom__contacts') }}

),

-- Eleven digits that are somebody's mobile: order numbers may look like one.
found_mobiles as (

    select
        mart,
        {{ regexp_group('mart_text', '(^|[^0-9])(1[3-9][0-9]{9})($|[^0-9])', 2) }} as core_value
    from mart_texts

)

select
    found_mobiles.mart,
    'mobile' as kind,
    count(*) as n_rows
from found_mobiles
inner join known_values on known_values.core_value = found_mobiles.core_value
group by found_mobiles.mart

union all

select
    mart,
    'id number or e-mail address' as kind,
    count(*) as n_rows
from mart_texts
where {{ regexp_like(
    'mart_text',
    '(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx]($|[^0-9])'
    ~ '|[A-Za-z0-9_.-]{2,}@[A-Za-z0-9-]+[.][a-z]'
) }}
group by mart
