with attributes as (

    select * from {{ ref('int_profile__attributes') }}

),

golden_records as (

    select * from {{ ref('int_profile__golden_records') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

companies as (

    select * from {{ ref('int_catalog__companies') }}

),

chosen as (

    select
        attributes.customer_id,
        attributes.attribute,
        attributes.attribute_value as chosen_value,
        attributes.record_id,
        attributes.survivorship_rule as rule,
        attributes.losing_values,
        attributes.has_conflict,
        attributes.origin,
        records.source_file,
        records.source_row
    from attributes
    -- What a reviewer wrote stands in no row of an account.
    left join records
        on records.record_id = attributes.record_id and attributes.origin <> 'override'

),

-- What the register of companies knows comes with the account that names the company.
looked_up as (

    {% for attribute, column in [
        ('company_credit_code', 'credit_code'),
        ('industry', 'industry'),
        ('company_size_band', 'company_size_band'),
    ] %}
    select
        golden_records.customer_id,
        '{{ attribute }}' as attribute,
        companies.{{ column }} as chosen_value,
        golden_records.company_record_id as record_id,
        'company_register' as rule,
        {{ empty_text_list() }} as losing_values,
        false as has_conflict,
        'register' as origin,
        companies._source_file as source_file,
        companies._source_row as source_row
    from golden_records
    inner join companies on companies.company_key = golden_records.company_key
    where companies.{{ column }} is not null

    union all
    {% endfor %}

    select
        customer_id,
        'industry' as attribute,
        industry as chosen_value,
        cast(null as string) as record_id,
        'survey_answer' as rule,
        {{ empty_text_list() }} as losing_values,
        false as has_conflict,
        'survey' as origin,
        cast(null as string) as source_file,
        cast(null as bigint) as source_row
    from golden_records
    where industry is not null and not is_registered_industry

),

lineage as (

    select
        customer_id,
        attribute,
        chosen_value,
        record_id,
        rule,
        losing_values,
        has_conflict,
        origin,
        source_file,
        source_row
    from chosen

    union all

    select
        customer_id,
        attribute,
        chosen_value,
        record_id,
        rule,
        losing_values,
        has_conflict,
        origin,
        source_file,
        source_row
    from looked_up

)

select * from lineage
