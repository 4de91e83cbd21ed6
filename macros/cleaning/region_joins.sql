{#- The joins that find a region's division, behind a relation that holds its text; `region_aliases` is the import of
    stg_reference__region_aliases. The whole text counts first, then the text without its street, then without a
    district that is none of today. region_value() reads the one that was found.
    In: a text that clean_text gave. Example: from cleaned {{ region_joins('cleaned.region_text') }} -#}
{% macro region_joins(text) -%}
    left join region_aliases as whole_region
        on whole_region.alias_key = {{ region_key(text) }}
    left join region_aliases as cut_region
        on cut_region.alias_key
        = case when whole_region.alias_key is null then {{ region_key_without_detail(text) }} end
    left join region_aliases as upper_region
        on upper_region.alias_key
        = case
            when whole_region.alias_key is null and cut_region.alias_key is null
                then {{ region_key_without_district(text) }}
        end
{%- endmacro %}
