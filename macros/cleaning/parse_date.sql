{#- A calendar day in any notation that parse_timestamp reads; where the text names its zone or counts from 1970, the day
    in the time zone of the business: what a browser exports as 1990-05-09T16:00:00Z is 10 May in Shanghai.
    In: a column of clean text. Out: a date, or null where it is no possible day between 1900 and 2100. -#}
{% macro parse_date(column) -%}
    cast({{ parse_local_timestamp(column, "'" ~ var("business_timezone") ~ "'") }} as date)
{%- endmacro %}
